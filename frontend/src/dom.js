// Small words for the document.

/** Return what lies behind a listener on the document: the nearest element of an event that fits. */
export function near(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

/** Listen on the document for events at elements that fit. */
export function on(type, selector, act, options) {
  document.addEventListener(
    type,
    (event) => {
      const found = near(event, selector);
      if (found) act(event, found);
    },
    options,
  );
}

/** Return the token that every change sends back. */
export function token() {
  return document.body.dataset.csrf ?? "";
}

/** Tell whether keys pressed here are text. */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** Say something to screen readers. */
export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

/** Show a line for a few seconds. */
export function toast(text, tone = "", link = null) {
  document.querySelectorAll("[data-toast]").forEach((old) => old.remove());
  const line = document.createElement("div");
  line.className = "ts-toast";
  line.dataset.toast = "";
  line.setAttribute("role", tone === "red" ? "alert" : "status");
  if (tone) line.dataset.tone = tone;
  line.append(text);
  if (link) line.append(" ", link);
  document.body.append(line);
  setTimeout(() => line.remove(), link ? 60_000 : tone === "red" ? 9000 : 5000);
}

/** Ask the server for a part of a page; an answer that is no success becomes a toast. */
export async function ask(address, { form, signal } = {}) {
  const headers = { "HX-Request": "true", "X-CSRF-Token": token() };
  const answer = await fetch(address, { method: form ? "POST" : "GET", body: form, headers, signal });
  const text = await answer.text();
  if (answer.ok) return text;
  toast(new DOMParser().parseFromString(text, "text/html").body.textContent.trim(), "red");
  return null;
}
