// Says that a file is being read: the page stands still for some seconds meanwhile.
for (const form of document.querySelectorAll("form[data-waits]")) {
  const words = form.querySelector(".waits");
  form.addEventListener("submit", () => {
    const bar = document.createElement("progress");
    bar.setAttribute("aria-hidden", "true");
    words.replaceChildren(bar, ` ${words.dataset.words}`);
  });
  // Whoever comes back finds the page as it was kept.
  window.addEventListener("pageshow", () => words.replaceChildren());
}
