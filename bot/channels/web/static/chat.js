// Makes the chat smooth: no page reload, an indicator while waiting, focus and scroll where they belong.
// Without this script every form works by itself.
"use strict";

(() => {
  const log = document.getElementById("log");
  const ask = document.getElementById("ask");
  const question = document.getElementById("question");
  const template = (id) => document.getElementById(id).content.cloneNode(true);
  const patience = 30000; // milliseconds
  let busy = false;

  // A page that came by a form (another language) is loaded again without sending the form again.
  history.replaceState(null, "");

  function show(text) {
    const bubble = document.createElement("p");
    bubble.className = "asked";
    const who = document.createElement("span");
    who.className = "visually-hidden";
    who.append(template("you"));
    bubble.append(who, " ", text);
    log.append(bubble);
    return bubble;
  }

  // Each form says which language it is in: that of the answer, where somebody has chosen none.
  async function send(form, fields, said, focusReply) {
    if (busy) return false;
    busy = true;
    const bubble = said ? show(said) : null;
    log.append(template("waiting"));
    const waiting = log.lastElementChild;
    (bubble || waiting).scrollIntoView({ block: "start" });
    const given = new AbortController();
    const late = setTimeout(() => given.abort(), patience);
    let arrived = false;
    try {
      const body = new URLSearchParams({ language: form.elements.language.value, ...fields });
      const answer = await fetch("/", { method: "POST", headers: { "X-Fragment": "1" }, body, signal: given.signal });
      const html = new DOMParser().parseFromString(await answer.text(), "text/html");
      // What holds no reply of ours is the page of a proxy in between.
      waiting.replaceWith(html.querySelector("article.reply") || template("unreachable"));
      arrived = answer.ok;
    } catch {
      waiting.replaceWith(template("unreachable"));
    }
    clearTimeout(late);
    busy = false;
    const last = log.lastElementChild;
    (bubble || last).scrollIntoView({ block: "start" });
    if (focusReply) last.focus({ preventScroll: true });
    return arrived;
  }

  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = question.value.trim();
    if (!text) return question.focus();
    question.value = "";
    // What could not be sent comes back, so that nothing typed is lost.
    if (!(await send(ask, { text }, text, false)) && !question.value) question.value = text;
    question.focus({ preventScroll: true });
  });

  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      ask.requestSubmit();
    }
  });

  // The second press of a double one is never meant, and by then another button may lie under the finger.
  log.addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest("button")) event.preventDefault();
  });

  log.addEventListener("submit", async (event) => {
    const button = event.submitter;
    // Another language changes the whole page; a thumb goes away once it has counted.
    if (!button || button.value.startsWith("l:")) return;
    event.preventDefault();
    const arrived = await send(button.form, { action: button.value }, button.textContent.trim(), true);
    if (arrived && /^[yn]:/.test(button.value)) button.parentElement.remove();
  });
})();
