// Makes the chat smooth: no page reload, an indicator while waiting, focus and scroll where they belong, and the
// conversation is there again on the way back to it. Without this script every form works by itself.
"use strict";

(() => {
  const log = document.getElementById("log");
  const ask = document.getElementById("ask");
  const question = document.getElementById("question");
  const template = (id) => document.getElementById(id).content.cloneNode(true);
  const patience = 30000; // milliseconds
  const mostRows = 4; // of the field, before it scrolls
  const memory = memoryOfThisTab();
  let before = Promise.resolve(); // what was said earlier is answered first

  // --- the way back ---------------------------------------------------------------------------------------

  // A page that came by a form (another language) is loaded again without sending the form again.
  history.replaceState(null, "");

  function memoryOfThisTab() {
    try {
      return window.sessionStorage;
    } catch {
      return null; // the browser does not allow it
    }
  }

  // The conversation stays in this tab only, by the address of its page, until the tab is closed or it says "stop".
  function keep(path) {
    try {
      memory?.setItem(path, log.innerHTML);
    } catch {
      // There is no room: then it is not kept.
    }
  }

  function putBack() {
    const [arrival] = performance.getEntriesByType("navigation");
    const goesOn = memory?.getItem("goes-on") === "yes";
    const cameBack = goesOn || arrival?.type === "reload" || arrival?.type === "back_forward";
    const kept = cameBack && memory?.getItem(location.pathname);
    memory?.removeItem("goes-on");
    if (kept) {
      log.innerHTML = kept;
      log.querySelectorAll(".waiting").forEach((waiting) => waiting.remove());
      log.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    }
    if (goesOn) log.lastElementChild.focus();
    // What came by a form would be a mere greeting when it is loaded again; other pages are at their address.
    if (location.pathname === "/") keep("/");
  }

  // --- saying something -----------------------------------------------------------------------------------

  function show(text) {
    const bubble = document.createElement("p");
    bubble.className = "asked";
    const who = document.createElement("span");
    who.className = "visually-hidden";
    who.append(template("you"));
    const said = document.createElement("bdi");
    said.append(text);
    bubble.append(who, " ", said);
    log.append(bubble);
    return bubble;
  }

  // Each form says which language it is in: that of the answer, where somebody has chosen none.
  async function answerTo(form, fields) {
    const given = new AbortController();
    const late = setTimeout(() => given.abort(), patience);
    try {
      const body = new URLSearchParams({ language: form.elements.language.value, ...fields });
      const answer = await fetch("/", { method: "POST", headers: { "X-Fragment": "1" }, body, signal: given.signal });
      const html = new DOMParser().parseFromString(await answer.text(), "text/html");
      // What holds no reply of ours is the page of a proxy in between.
      return { reply: html.querySelector("article.reply"), arrived: answer.ok };
    } catch {
      return { reply: null, arrived: false };
    } finally {
      clearTimeout(late);
    }
  }

  async function send(form, fields, said) {
    const bubble = show(said);
    log.append(template("waiting"));
    const waiting = log.lastElementChild;
    bubble.scrollIntoView({ block: "start" });
    const answering = before.then(() => answerTo(form, fields));
    before = answering;
    const { reply, arrived } = await answering;
    const shown = reply || template("unreachable").firstElementChild;
    waiting.replaceWith(shown);
    bubble.scrollIntoView({ block: "start" });
    if (reply) settle(reply);
    return { shown, arrived };
  }

  function settle(reply) {
    const { chosen, forgets } = reply.dataset;
    if (forgets !== undefined) {
      memory?.clear();
      log.replaceChildren(reply);
      return;
    }
    keep(location.pathname);
    if (chosen && chosen !== document.documentElement.lang) {
      // Everything around the conversation is in the other language now: it goes on there.
      keep("/");
      memory?.setItem("goes-on", "yes");
      location.assign("/");
    }
  }

  // --- what people do -------------------------------------------------------------------------------------

  function fit() {
    question.rows = 1;
    while (question.scrollHeight > question.clientHeight && question.rows < mostRows) question.rows += 1;
  }

  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = question.value.trim();
    question.focus({ preventScroll: true });
    if (!text) return;
    question.value = "";
    fit();
    const { arrived } = await send(ask, { text }, text);
    // What could not be sent comes back, so that nothing typed is lost.
    if (!arrived && !question.value) question.value = text;
    fit();
  });

  question.addEventListener("input", fit);

  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      ask.querySelector("[type=submit]").click();
    }
  });

  // The second press of a double one is never meant, and by then another button may lie under the finger.
  log.addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest("button")) event.preventDefault();
  });

  log.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button || button.value.startsWith("l:")) return; // another language changes the whole page
    event.preventDefault();
    if (button.hasAttribute("aria-disabled")) return; // pressed twice in a hurry
    button.setAttribute("aria-disabled", "true");
    const { shown, arrived } = await send(button.form, { action: button.value }, button.textContent.trim());
    button.removeAttribute("aria-disabled");
    shown.focus({ preventScroll: true });
    // A thumb goes away, and its question with it, once it has counted.
    if (arrived && /^[yn]:/.test(button.value)) {
      button.closest("fieldset").remove();
      keep(location.pathname);
    }
  });

  // Who changes the language goes on with what was shown last, in the new language.
  document.addEventListener("click", (event) => {
    const chooser = event.target.closest("button[value^='l:'], nav a[hreflang]");
    const shown = [...log.querySelectorAll("[data-shows]")].pop();
    if (event.defaultPrevented || !chooser || !shown || (chooser.hreflang && log.childElementCount === 1)) return;
    event.preventDefault();
    const form = ask.cloneNode();
    const action = document.createElement("input");
    action.type = "hidden";
    action.name = "action";
    action.value = `l:${chooser.hreflang || chooser.value.split(":")[1]}:${shown.dataset.shows}`;
    form.append(action);
    log.after(form);
    form.submit();
  });

  putBack();
  fit();
})();
