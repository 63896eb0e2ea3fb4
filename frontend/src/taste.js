// Theme and row height change at once; the server keeps them in a cookie for the next page.
import { on } from "./dom.js";

export function startTaste() {
  on("submit", "form:has([data-set])", (event, form) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    const root = document.documentElement;
    if (button.name === "theme") {
      root.toggleAttribute("data-theme-auto", button.value === "auto");
      if (button.value === "auto") root.removeAttribute("data-bs-theme");
      else root.setAttribute("data-bs-theme", button.value);
    } else {
      if (button.value) root.dataset.density = button.value;
      else delete root.dataset.density;
    }
    for (const other of form.querySelectorAll("[aria-pressed]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual" });
  });
}
