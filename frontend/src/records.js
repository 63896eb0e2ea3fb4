// The record page: neighbours from the list one came from, copying, printing.
import { on, toast } from "./dom.js";

export function startRecords() {
  neighbours();
  on("click", "[data-copy]", async (event, button) => {
    const text = button.dataset.copy.startsWith("/") ? location.origin + button.dataset.copy : button.dataset.copy;
    await navigator.clipboard?.writeText(text);
    toast(button.dataset.copied);
  });
  on("click", "[data-print]", () => window.print());
  on("click", "[data-history-back]", (event) => {
    if (history.length > 1) {
      event.preventDefault();
      history.back();
    }
  });
}

function neighbours() {
  const place = document.querySelector("[data-neighbours]");
  if (!place) return;
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(`rows:${place.dataset.neighbours}`) ?? "null");
  } catch {
    return;
  }
  if (!kept) return;
  const back = document.querySelector("[data-back]");
  if (back && kept.from) back.href = kept.from;
  const at = kept.rows.findIndex((href) => href.endsWith(`/${place.dataset.id}`));
  if (at < 0) return;
  for (const link of place.querySelectorAll("[data-neighbour]")) {
    const href = kept.rows[at + Number(link.dataset.neighbour)];
    if (href) {
      link.href = href;
      link.hidden = false;
    }
  }
}
