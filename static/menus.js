// Menus of the top bar close by Escape and by a press elsewhere. Without this script they close by their own button.
"use strict";

(() => {
  const open = () => [...document.querySelectorAll("details.menu[open]")];

  document.addEventListener("click", (event) => {
    for (const menu of open()) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    for (const menu of open()) {
      const within = menu.contains(document.activeElement);
      menu.open = false;
      // Who stood in it is not left in what is hidden.
      if (within) {
        menu.querySelector("summary").focus();
      }
    }
  });
})();
