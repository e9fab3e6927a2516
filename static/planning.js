// Says beside a form what its plan would mean, while somebody types: the server makes the answer, as it does without
// this script when the form is sent. Nothing moves the focus or takes away what was typed (WCAG 3.2), what changes is
// said politely and in one line (4.1.3), and a field is not called wrong while somebody is still typing in it.
"use strict";

(() => {
  const means = document.getElementById("means");
  const form = means?.closest("form");
  if (!form) {
    return;
  }
  const part = document.getElementById("means-answer");
  const said = document.getElementById("means-said");
  const busy = document.getElementById("means-busy");
  const failed = document.getElementById("means-failed");
  const PAUSE = 350;
  const SLOW = 500;
  let asked = null;
  let waiting = 0;
  let wrong = new Map();
  let unseen = null;

  const words = (where) => where?.textContent.trim().replace(/\s+/g, " ") ?? "";

  // The same shape as a field has that the server found wrong.
  const mark = (field, messages) => {
    const id = `${field.id}-wrong`;
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
    document.getElementById(id)?.remove();
    if (messages.length === 0) {
      field.removeAttribute("aria-invalid");
    } else {
      const box = document.createElement("div");
      box.id = id;
      box.append(
        ...messages.map((message) => {
          const line = document.createElement("p");
          line.className = "wrong";
          line.textContent = message;
          return line;
        }),
      );
      field.after(box);
      field.setAttribute("aria-invalid", "true");
      described.push(id);
    }
    if (described.length) {
      field.setAttribute("aria-describedby", described.join(" "));
    } else {
      field.removeAttribute("aria-describedby");
    }
  };

  const showWrong = () => {
    for (const field of form.querySelectorAll("[data-judged] input, [data-judged] select, [data-judged] textarea")) {
      const messages = wrong.get(field.name) ?? [];
      const present = document.getElementById(`${field.id}-wrong`);
      const isNew = messages.length > 0 && !present;
      if (isNew && field === document.activeElement && /^text/.test(field.type)) {
        continue;
      }
      if (words(present) !== messages.join(" ")) {
        mark(field, messages);
      }
    }
  };

  // Nothing is taken away from under somebody who stands in it: it is shown once they have left.
  const show = () => {
    if (unseen === null || part.contains(document.activeElement)) {
      return;
    }
    part.replaceChildren(...unseen);
    unseen = null;
    const news = words(part.querySelector("[data-said]"));
    if (news !== said.textContent) {
      said.textContent = news;
    }
  };

  const leave = () => {
    showWrong();
    show();
  };

  const take = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    wrong = new Map();
    for (const line of fresh.querySelectorAll("[data-wrong] [data-field]")) {
      wrong.set(line.dataset.field, [...(wrong.get(line.dataset.field) ?? []), words(line)]);
    }
    fresh.querySelector("[data-wrong]")?.remove();
    showWrong();
    unseen = [...fresh.body.childNodes];
    show();
    // What was said when the form was sent is about other dates now.
    const judged = document.getElementById("judged");
    if (!judged?.contains(document.activeElement)) {
      judged?.replaceChildren();
    }
    const listed = document.getElementById("wrong");
    if (!listed?.contains(document.activeElement)) {
      listed?.remove();
    }
  };

  const ask = async () => {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    const slow = window.setTimeout(() => {
      busy.hidden = false;
      means.setAttribute("aria-busy", "true");
    }, SLOW);
    let html = null;
    try {
      const answer = await fetch(means.dataset.answers, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
        signal: mine.signal,
      });
      // Who is signed out would be shown the page to sign in.
      html = answer.ok && !answer.redirected ? await answer.text() : null;
    } catch {
      html = null;
    }
    window.clearTimeout(slow);
    if (asked !== mine) {
      return;
    }
    busy.hidden = true;
    means.removeAttribute("aria-busy");
    failed.hidden = html !== null;
    if (html === null) {
      said.textContent = words(failed);
    } else {
      take(html);
    }
  };

  const later = () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, PAUSE);
  };

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("focusout", () => window.setTimeout(leave, 0));
  // What was typed offline is asked again as soon as there is somebody to ask.
  window.addEventListener("online", later);
  // Who comes back to the page finds the fields as they were left.
  window.addEventListener("pageshow", (event) => event.persisted && later());
})();
