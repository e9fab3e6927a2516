// Keeps one part of a page up to date: what stands in #live comes again, made by the server, and only where it changed.
// Without this script the page is complete and says how it stood when it was loaded. A person can stop it (WCAG 2.2.2),
// nothing moves the focus or takes away what was typed (2.2.1, 3.2), and changes are said politely (2.2.4, 4.1.3).
"use strict";

(() => {
  const part = document.getElementById("live");
  if (!part || !part.dataset.from) {
    return;
  }
  const button = document.getElementById("live-pause");
  const said = document.getElementById("live-said");
  let typed = false;
  let ended = false;
  let etag = "";

  const paused = () => button.getAttribute("aria-pressed") === "true";
  // Whoever is in the middle of something there is left alone.
  const busy = () => typed || part.contains(document.activeElement);
  const headline = (where) => where.querySelector("[data-said]")?.textContent.trim().replace(/\s+/g, " ") ?? "";

  const look = async () => {
    if (ended || paused() || document.hidden || busy()) {
      return;
    }
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(part.dataset.from, { credentials: "same-origin", headers }).catch(() => null);
    // A server that starts anew is asked again; who is signed out would be shown the page to sign in; 304: as it was.
    if (answer === null || !answer.ok || answer.redirected) {
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (fresh === null || paused() || busy()) {
      return;
    }
    etag = answer.headers.get("ETag") ?? "";
    if (fresh.textContent === part.textContent) {
      return;
    }
    const news = headline(fresh);
    if (news !== headline(part)) {
      said.textContent = news;
    }
    part.replaceChildren(...fresh.childNodes);
    ended = !fresh.dataset.every;
    button.hidden = ended;
  };

  part.addEventListener("input", () => {
    typed = true;
  });
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!paused()));
  });
  button.hidden = false;
  window.setInterval(look, Number(part.dataset.every) * 1000);
})();
