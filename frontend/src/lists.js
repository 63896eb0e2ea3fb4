// Lists: a cursor moved by keys, rows opened by a click, rows marked for bulk actions, rows of the filter builder.
import { announce, isTyping, near, on } from "./dom.js";

let last = null;
// by the key of a row: what stood in it when it was asked for anew, and what was typed since
const asked = new Map();
const typed = new Map();

export function startLists() {
  const list = document.querySelector("[data-list]");
  if (list) remember(list);
  on("click", "tr[data-href]", open);
  on("change", "[data-pick-all]", (event, box) => {
    for (const one of boxes(box.closest("form"))) one.checked = box.checked;
    count(box.closest("form"));
  });
  on("click", "td.pick input", (event, box) => {
    if (event.shiftKey && last) extend(last, box);
    last = box;
  });
  on("change", "td.pick input", (event, box) => count(box.closest("form")));
  on("click", "[data-unpick]", (event, button) => {
    for (const one of boxes(button.closest("form"))) one.checked = false;
    count(button.closest("form"));
  });
  on("submit", "[data-list]", (event, form) => {
    const button = event.submitter;
    if (button?.hasAttribute("data-danger") && !confirm(question(form, button))) event.preventDefault();
  });
  on("click", "[data-drop-rule]", (event, button) => button.closest("[data-rule]").remove());
  on("click", "[data-add-rule]", (event) => event.preventDefault());
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.matches?.("[data-add-rule]")) event.detail.parameters.set("next", `n${Date.now() % 100000}`);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const rule = event.detail.target;
    if (rule?.matches?.("[data-rule]")) asked.set(keyOf(rule), [...rule.querySelectorAll(TYPED)].map((one) => one.value));
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const rule = event.detail.target;
    if (rule?.matches?.("[data-rule]")) typed.set(keyOf(rule), typedIn(rule));
  });
  document.addEventListener("htmx:afterSettle", goOnTyping);
  document.addEventListener("keydown", keys);
}

const TYPED = "input:not([type=hidden], [type=checkbox])";

const keyOf = (rule) => rule.querySelector("[name=r]")?.value;

/** Return what was typed in a row of the filter builder while the server drew it anew. */
function typedIn(rule) {
  const inputs = [...rule.querySelectorAll(TYPED)];
  const before = asked.get(keyOf(rule)) ?? [];
  const values = inputs.map((one, place) => (one.value === before[place] ? "" : one.value));
  return { values, focus: inputs.indexOf(document.activeElement) };
}

// several rows may be on their way at once: each gets back its own
function goOnTyping() {
  for (const [key, { values, focus }] of typed) {
    const rule = document.querySelector(`[data-rule]:has([name=r][value="${CSS.escape(key)}"])`);
    rule?.querySelectorAll(TYPED).forEach((input, place) => {
      if (place === focus) input.focus();
      if (input.value || !values[place]) return;
      input.value = values[place];
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  typed.clear();
}

function open(event, row) {
  if (near(event, "a, button, input, label, select") || String(window.getSelection())) return;
  const link = row.querySelector("td.name a");
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else if (link) link.click();
  else window.location.assign(row.dataset.href);
}

function boxes(form) {
  return [...form.querySelectorAll("td.pick input")];
}

function count(form) {
  const all = boxes(form);
  const picked = all.filter((one) => one.checked).length;
  const text = form.querySelector("[data-picked]");
  if (text) text.textContent = text.dataset.text.replace("#", picked);
  const head = form.querySelector("[data-pick-all]");
  head.checked = picked > 0 && picked === all.length;
  head.indeterminate = picked > 0 && picked < all.length;
  if (picked && text) announce(text.textContent);
}

function extend(from, to) {
  const all = boxes(to.closest("form"));
  const [a, b] = [all.indexOf(from), all.indexOf(to)].sort((x, y) => x - y);
  for (const one of all.slice(a, b + 1)) one.checked = to.checked;
}

function question(form, button) {
  const text = form.querySelector("[data-picked]");
  return `${button.textContent.trim()}: ${text?.textContent ?? ""}`;
}

// the records of a page, in order, so that the record page can lead to its neighbours
function remember(list) {
  const rows = [...list.querySelectorAll("tr[data-href]")].map((row) => row.dataset.href);
  try {
    sessionStorage.setItem(`rows:${list.dataset.list}`, JSON.stringify({ rows, from: location.href }));
  } catch {
    // storage is off: the record page has no neighbours then
  }
}

function keys(event) {
  const list = document.querySelector("[data-list]");
  if (!list || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open], .ts-fly[open]")) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (step) {
    if (event.target.closest("a, button, summary") && event.key.startsWith("Arrow")) return;
    moveCursor(list, step);
    event.preventDefault();
  }
  const row = list.querySelector("tr.is-cursor");
  if (!row) return;
  if (event.key === "x") row.querySelector("td.pick input")?.click();
  if (event.key === "Enter" && !event.target.closest("a, button, summary")) row.querySelector("td.name a")?.click();
}

function moveCursor(list, step) {
  const rows = [...list.querySelectorAll("tr[data-href]")];
  const at = rows.findIndex((row) => row.classList.contains("is-cursor"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  rows[at]?.classList.remove("is-cursor");
  next?.classList.add("is-cursor");
  next?.scrollIntoView({ block: "nearest" });
}
