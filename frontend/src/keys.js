// The keyboard: single letters work outside inputs and can be switched off.
import { isTyping, on } from "./dom.js";
import { openPalette } from "./palette.js";

const OFF = "single-keys-off";

export function startKeys() {
  const box = document.querySelector("[data-single-keys]");
  if (box) box.checked = !localStorage.getItem(OFF);
  on("change", "[data-single-keys]", (event, one) => {
    if (one.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  document.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    } else if (control && event.key === "Enter") {
      document.querySelector("dialog[open] form .btn-primary, dialog[open] form .btn-danger, [data-save]")?.click();
    } else if (!control && !event.altKey) {
      single(event);
    }
  });
}

function single(event) {
  if (event.defaultPrevented || isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]") || localStorage.getItem(OFF)) return;
  if (event.key === "Escape") {
    document.querySelector("[data-leave]")?.click();
    return;
  }
  if (event.key === "?") {
    document.getElementById("keys")?.showModal();
    return;
  }
  const target = { "[": '[data-neighbour="-1"]:not([hidden])', "]": '[data-neighbour="1"]:not([hidden])' }[event.key];
  const key = CSS.escape(event.key.toLowerCase());
  const found = target ? document.querySelector(target) : document.querySelector(`[data-key="${key}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("input")) found.focus();
  else found.click();
}
