// Dialogs come from the server as <dialog>; closing one gives the focus back by itself.
import { on } from "./dom.js";

/** Open a dialog: an explanation beside the value it explains, a question over the page. */
export function open(dialog, opener) {
  if (!opener?.matches("[data-why]")) {
    dialog.showModal();
    return;
  }
  dialog.show();
  dialog.dataset.beside = "";
  const value = opener.getBoundingClientRect();
  const width = dialog.offsetWidth;
  dialog.style.left = `${Math.max(16, Math.min(value.left, window.innerWidth - width - 16))}px`;
  const below = value.bottom + 8;
  const fits = below + dialog.offsetHeight < window.innerHeight - 16;
  dialog.style.top = `${fits ? below : Math.max(16, value.top - dialog.offsetHeight - 8)}px`;
  dialog.addEventListener("close", () => opener.focus(), { once: true });
}

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const beside = document.querySelector("dialog[data-beside][open]");
    if (beside && !beside.contains(event.target)) beside.close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const beside = document.querySelector("dialog[data-beside][open]");
    if (!beside) return;
    beside.close();
    event.preventDefault();
  });
  on("click", "dialog [data-close]", (event, link) => {
    event.preventDefault();
    link.closest("dialog").close();
  });
  on("click", "dialog", (event, dialog) => {
    if (event.target !== dialog) return;
    const box = dialog.getBoundingClientRect();
    const inside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) dialog.close();
  });
  document.querySelector("[data-summary]")?.focus();
}
