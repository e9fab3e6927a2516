// While somebody types, the server makes the previews anew: the portal, the mail, and what is missing. Without this
// script a button does the same. Nothing moves the focus, and what was typed is never touched.
"use strict";

(() => {
  const form = document.getElementById("notes-form");
  if (!form) {
    return;
  }
  const languages = ["nl", "en"];
  const text = (language) => form.elements[`markdown_${language}`];
  const picture = form.elements.image;
  const said = document.getElementById("notes-said");
  const loaded = Object.fromEntries(languages.map((one) => [one, text(one).defaultValue]));
  const shown = { ...loaded };
  let waiting = 0;
  let asked = 0;

  const showMail = (language) => {
    // A fresh frame: going on in the old one would be a step back for the browser's Back button.
    const old = document.querySelector(`iframe[name=mail-${language}]`);
    const fresh = old.cloneNode(false);
    fresh.removeAttribute("src");
    old.replaceWith(fresh);
    // The picture that was chosen is for another button.
    picture.disabled = true;
    form.requestSubmit(form.querySelector(`button[data-mail=${language}]`));
    picture.disabled = false;
  };

  const put = (id, page) => {
    const fresh = page.getElementById(id);
    const part = document.getElementById(id);
    if (fresh && part && fresh.innerHTML !== part.innerHTML) {
      part.replaceChildren(...fresh.childNodes);
    }
  };

  const look = async () => {
    const number = (asked += 1);
    const changed = languages.filter((one) => text(one).value !== shown[one]);
    if (!changed.length) {
      return;
    }
    const data = new FormData(form);
    data.delete("image");
    data.set("step", "preview");
    const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" }).catch(() => null);
    // What was typed meanwhile is asked about anew; who is signed out would be shown the page to sign in.
    if (answer === null || answer.redirected || number !== asked || ![200, 422].includes(answer.status)) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    put("notes-missing", page);
    for (const one of changed) {
      shown[one] = text(one).value;
      put(`portal-${one}`, page);
      put(`subject-${one}`, page);
      showMail(one);
    }
    said.textContent = form.dataset.previewed;
  };

  for (const one of languages) {
    text(one).addEventListener("input", () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(look, 900);
    });
  }
})();
