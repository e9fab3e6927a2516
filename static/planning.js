// Says beside a form what its plan would mean, while somebody types: the server makes the answer, as it does without
// this script when the form is sent. Nothing moves the focus or takes away what was typed (WCAG 3.2), what changes is
// said politely and in one line (4.1.3), a field is not called wrong while somebody is still typing in it, and nothing
// moves: what is said stands in a place of its own, beside the form or below it.
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
  const AGAIN = 5000;
  const RARELY = 60000;
  let asked = null;
  let waiting = 0;
  let wrong = new Map();
  let answer = null;
  let waits = false;
  let pause = AGAIN;

  const words = (where) => where?.textContent.trim().replace(/\s+/g, " ") ?? "";

  const say = (news) => {
    if (news !== said.textContent) {
      said.textContent = news;
    }
  };

  // Fields beside which is said what is wrong with them; and with them those that decide what is said.
  const judged = () => form.querySelectorAll("[data-judged] :is(input, select, textarea)");
  const deciding = () => form.querySelectorAll(":is([data-judged], [data-decides]) :is(input, select, textarea)");

  // What was said when the form was sent: once it is about something else it is struck through. Taken away, it would
  // move the fields under somebody's hands.
  const sent = new Map([...judged()].map((field) => [field, document.getElementById(`${field.id}-wrong`)]));
  const told = document.getElementById("judged");
  const listed = [...document.querySelectorAll("#wrong li")];

  const strike = (node, isPast) => {
    if (node && !node.contains(document.activeElement)) {
      node.inert = isPast;
    }
  };

  const asSent = (field) =>
    field.options
      ? [...field.options].every((one) => one.selected === one.defaultSelected)
      : field.value === field.defaultValue && field.checked === field.defaultChecked;

  // What is not there yet is no fault while somebody types; that it was missing when the form was sent still holds.
  const stillMissing = (field) => Boolean(sent.get(field)) && field.value === "" && asSent(field);

  const strikePast = () => {
    strike(told, ![...deciding()].every(asSent));
    for (const line of listed) {
      const field = [...judged()].find((one) => `#${one.id}` === line.querySelector("a").hash);
      strike(line, Boolean(field) && !stillMissing(field) && !(wrong.get(field.name) ?? []).some((one) => words(line).endsWith(one)));
    }
  };

  // A field that is wrong is marked and tied to what is said of it in the answer: said beneath the field it would move
  // what stands below, under the hands of whoever is typing there. What was said there when the form was sent stays
  // what it is tied to as long as it holds.
  const mark = (field, line) => {
    const id = `${field.id}-wrong`;
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
    document.getElementById(id)?.removeAttribute("id");
    const before = sent.get(field);
    const holds = before && line && [...before.querySelectorAll(".wrong")].map(words).join(" ") === wrong.get(field.name).join(" ");
    strike(before, !holds);
    if (line) {
      (holds ? before : line).id = id;
      field.setAttribute("aria-invalid", "true");
      described.push(id);
    } else {
      field.removeAttribute("aria-invalid");
    }
    if (described.length) {
      field.setAttribute("aria-describedby", described.join(" "));
    } else {
      field.removeAttribute("aria-describedby");
    }
  };

  const lineOf = (field) => {
    const line = document.createElement("li");
    const name = document.createElement("strong");
    const of = field.closest("fieldset")?.querySelector("legend");
    name.textContent = `${of ? `${words(of)}, ` : ""}${words(field.labels[0])}: `;
    line.append(name, wrong.get(field.name).join("\n"));
    return line;
  };

  const isHeldBack = (field) =>
    field === document.activeElement && /^text/.test(field.type) && !field.hasAttribute("aria-invalid");

  // The answer is shown anew as a whole. Nothing is taken away from under somebody who stands in it: it is shown once
  // they have left.
  const show = () => {
    if (answer === null || !waits || part.contains(document.activeElement)) {
      return;
    }
    waits = false;
    // What stands below it and is in sight does not come up, nor does anything come into sight, when it gets shorter.
    const onScreen = window.innerHeight - part.getBoundingClientRect().top;
    part.style.minHeight = `${Math.max(0, Math.min(part.offsetHeight, onScreen))}px`;
    const list = document.createElement("ul");
    list.className = "clashes wrongs";
    for (const field of [...judged()].filter((one) => !stillMissing(one))) {
      const isWrong = wrong.has(field.name);
      const later = isWrong && isHeldBack(field);
      waits ||= later;
      mark(field, isWrong && !later ? list.appendChild(lineOf(field)) : null);
    }
    part.replaceChildren(...answer.map((node) => node.cloneNode(true)));
    if (list.children.length) {
      part.firstElementChild.after(list);
    }
    say(words(part.querySelector("[data-said]")));
  };

  const take = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    wrong = new Map();
    for (const line of fresh.querySelectorAll("[data-wrong] [data-field]")) {
      wrong.set(line.dataset.field, [...(wrong.get(line.dataset.field) ?? []), words(line)]);
    }
    for (const place of form.querySelectorAll("[data-judged] [id$='-read']")) {
      const field = place.id.replace(/-read$/, "");
      place.textContent = fresh.querySelector(`[data-chosen="${field}"]`)?.dataset.words ?? "\u00a0";
    }
    fresh.querySelector("[data-wrong]")?.remove();
    answer = [...fresh.body.childNodes];
    waits = true;
    show();
    strikePast();
  };

  const later = (after = PAUSE) => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, after);
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
      say(words(failed));
      later(pause);
      pause = Math.min(2 * pause, RARELY);
    } else {
      pause = AGAIN;
      take(html);
    }
  };

  form.addEventListener("input", () => later());
  form.addEventListener("focusout", () => window.setTimeout(show, 0));
  // Who comes back to the page finds the fields as they were left.
  window.addEventListener("pageshow", (event) => event.persisted && later());
})();
