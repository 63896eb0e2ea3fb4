// The page of a print format: a chosen field's place goes where one writes.
import { on } from "./dom.js";

let last = null;

export function startPrints() {
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-insert-here]")) last = event.target;
  });
  on("click", "[data-insert]", (_, button) => {
    const area = last?.offsetParent ? last : [...document.querySelectorAll("[data-insert-here]")].find((one) => one.offsetParent);
    if (!area) return;
    area.focus();
    area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
