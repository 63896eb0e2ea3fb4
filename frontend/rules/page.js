// The page of the administration: what was chosen is kept while somebody tries one rule on several objects.
import { speaker } from "./asking.js";

export function startPage() {
  const page = document.querySelector("[data-rules-page]");
  if (!page) return;
  const form = page.querySelector("[data-rules-ground]");
  const rule = page.querySelector("tessera-rule");
  const area = rule.querySelector("textarea");
  const key = `tessera-rule-${rule.dataset.mode}-${rule.dataset.over}`;
  const kept = sessionStorage.getItem(key);
  if (kept) area.value = kept;
  rule.addEventListener("rule-changed", () => sessionStorage.setItem(key, area.value));
  form.addEventListener("change", () => {
    const mode = document.createElement("input");
    mode.type = "hidden";
    mode.name = "mode";
    mode.value = rule.dataset.mode;
    form.append(mode);
    form.submit();
  });
  document.querySelector("[data-copy-rule]")?.addEventListener("click", (event) => {
    void navigator.clipboard?.writeText(area.value).then(() => {
      const button = event.target.closest("button");
      button.disabled = true;
      speaker().then((say) => {
        const live = document.getElementById("live");
        if (live) live.textContent = say("copied");
      });
      setTimeout(() => (button.disabled = false), 1500);
    });
  });
}
