// Theme and row height change at once; the server keeps them in a cookie for the next page, as it does the menu's folds.
import { on } from "./dom.js";

export function startTaste() {
  // a click turns a fold after its listeners have run
  on("click", "[data-fold] > summary", () => setTimeout(keepFolds));
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

const YEAR = 365 * 86400;

function keepFolds() {
  const turned = [...document.querySelectorAll("details[data-fold]")]
    .filter((one) => one.open !== (one.dataset.usual === "open"))
    .map((one) => one.dataset.fold);
  document.cookie = `tessera-folds=${turned.join(".")}; Path=/; Max-Age=${YEAR}; SameSite=Lax`;
}
