// Tabs of a record and a form: all panels are on the page, scripts show one at a time.
import { on } from "./dom.js";

export function startTabs() {
  settle(document);
  document.addEventListener("htmx:afterSettle", (event) => settle(event.target));
  on("click", "[data-tabs] [role=tab]", (event, tab) => choose(tab));
  on("keydown", "[data-tabs] [role=tab]", (event, tab) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...tab.parentElement.querySelectorAll("[role=tab]")];
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
    event.preventDefault();
  });
}

/** Show the panel that holds an element. */
export function reveal(element) {
  const panel = element?.closest("[data-panel]");
  const tab = panel && document.getElementById(panel.getAttribute("aria-labelledby"));
  if (tab && tab.getAttribute("aria-selected") !== "true") choose(tab);
}

const chosen = new Map();

function choose(tab) {
  const list = tab.parentElement;
  chosen.set(list.closest("main")?.id ?? "", tab.id);
  for (const other of list.querySelectorAll("[role=tab]")) {
    const mine = other === tab;
    other.setAttribute("aria-selected", String(mine));
    other.tabIndex = mine ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !mine;
  }
}

function settle(root) {
  for (const list of root.querySelectorAll?.("[data-tabs]") ?? []) {
    const kept = document.getElementById(chosen.get("main") ?? "");
    const tab = kept && list.contains(kept) ? kept : list.querySelector("[role=tab]");
    if (tab) choose(tab);
  }
}
