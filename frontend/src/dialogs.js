// Dialogs come from the server as <dialog>; closing one gives the focus back by itself.
import { on } from "./dom.js";

export function startDialogs() {
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
