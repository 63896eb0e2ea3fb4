// Pickers: a combobox whose choices the server finds. One popover serves them all; it stands outside the form, so
// that a form drawn again does not close it.
import { ask, near } from "./dom.js";

const WAIT = 180;
let pop = null;
let input = null;
let timer = 0;
let flight = null;
let active = -1;

export function startPickers() {
  document.addEventListener("input", (event) => {
    const box = near(event, "[role=combobox]");
    if (!box) return;
    const holder = box.closest("[data-picker]");
    // what is typed is no record until one is picked
    if (holder) holder.querySelector("input[type=hidden]").value = "";
    look(box);
  });
  document.addEventListener("focusin", (event) => {
    const box = near(event, "[role=combobox]");
    if (!box && !near(event, ".ts-list-pop")) close();
    if (box && box.closest("[data-picker]")) box.select();
  });
  document.addEventListener("click", (event) => {
    const box = near(event, "[role=combobox]");
    if (box && (!pop || input !== box)) look(box, 0);
    else if (!box && !near(event, ".ts-list-pop")) close();
  });
  document.addEventListener("keydown", keys, true);
  document.addEventListener("scroll", (event) => event.target === document || place(), true);
  window.addEventListener("resize", () => place());
}

function keys(event) {
  const box = near(event, "[role=combobox]");
  if (!box) return;
  if (event.key === "ArrowDown" && !pop) look(box, 0);
  else if (!pop) {
    if (event.key === "Backspace" && !box.value) dropLast(box);
    return;
  } else if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter" || (event.key === "Tab" && active >= 0)) {
    const choice = choices()[active] ?? (event.key === "Enter" ? choices()[0] : null);
    if (choice) take(choice);
    if (event.key === "Tab") return;
  } else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function look(box, wait = WAIT) {
  clearTimeout(timer);
  timer = setTimeout(() => search(box), wait);
}

async function search(box) {
  const holder = box.closest("[data-lookup]");
  if (!holder) return;
  flight?.abort();
  flight = new AbortController();
  const form = fields(box);
  const given = holder.querySelector("input[type=hidden]")?.value;
  form.set("q", given ? "" : box.value.trim());
  if (holder.dataset.create) form.set("create", "1");
  let html;
  try {
    html = await ask(holder.dataset.lookup, { form, signal: flight.signal });
  } catch (error) {
    if (error.name === "AbortError") return;
    throw error;
  }
  if (html !== null && document.activeElement === box) show(box, html);
}

// the values around the picker: those of its row in a grid of lines, else those of the form
function fields(box) {
  const row = box.closest("[data-line]");
  const whole = box.closest("form");
  const sent = new FormData();
  if (!whole) return sent;
  if (row) {
    const start = `${row.closest("[data-lines]").dataset.lines}.${row.dataset.line}.`;
    for (const [name, value] of new FormData(whole)) {
      if (name.startsWith(start) && typeof value === "string") sent.append(name.slice(start.length), value);
    }
    return sent;
  }
  for (const [name, value] of new FormData(whole)) {
    if (typeof value === "string" && !name.startsWith("_") && name.split(".").length < 3) sent.append(name, value);
  }
  return sent;
}

function show(box, html) {
  close();
  input = box;
  pop = document.createElement("div");
  pop.className = "ts-pop ts-list-pop";
  const list = document.createElement("ul");
  list.className = "ts-menu";
  list.id = "picker-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.getAttribute("aria-label") ?? box.labels?.[0]?.textContent ?? "");
  list.innerHTML = html;
  pop.append(list);
  (box.closest("dialog") ?? document.body).append(pop);
  pop.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const choice = near(event, "[role=option]");
    if (choice) take(choice);
  });
  box.setAttribute("aria-expanded", "true");
  box.setAttribute("aria-controls", list.id);
  active = -1;
  if (box.value) move(1);
  place();
}

function place() {
  if (!pop || !input) return;
  const box = input.getBoundingClientRect();
  const below = window.innerHeight - box.bottom;
  pop.style.width = `${Math.max(box.width, 240)}px`;
  pop.style.left = `${Math.min(box.left, window.innerWidth - Math.max(box.width, 240) - 8)}px`;
  const up = below < 200 && box.top > below;
  pop.style.top = up ? "auto" : `${box.bottom + 4}px`;
  pop.style.bottom = up ? `${window.innerHeight - box.top + 4}px` : "auto";
}

function close() {
  clearTimeout(timer);
  if (!pop) return;
  pop.remove();
  input?.setAttribute("aria-expanded", "false");
  input?.removeAttribute("aria-controls");
  input?.removeAttribute("aria-activedescendant");
  pop = input = null;
}

function choices() {
  return pop ? [...pop.querySelectorAll("[role=option]:not([aria-disabled=true])")] : [];
}

function move(step) {
  const all = choices();
  if (!all.length) return;
  active = (active + step + all.length) % all.length;
  all.forEach((one, index) => one.setAttribute("aria-selected", String(index === active)));
  input.setAttribute("aria-activedescendant", all[active].id);
  all[active].scrollIntoView({ block: "nearest" });
}

function take(choice) {
  const box = input;
  if (choice.dataset.create) {
    const title = encodeURIComponent(box.value.trim());
    close();
    window.open(`${choice.dataset.create}?name=${title}`, "_blank", "noopener");
    return;
  }
  if (!choice.dataset.id) return;
  const single = box.closest("[data-picker]");
  const several = box.closest("[data-multi]");
  if (single) {
    single.querySelector("input[type=hidden]").value = choice.dataset.id;
    box.value = choice.dataset.title;
  } else if (several) {
    add(several, box, choice);
  }
  close();
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function add(holder, box, choice) {
  const value = `${choice.dataset.id} ${choice.dataset.title}`;
  box.value = "";
  const known = [...holder.querySelectorAll("input[type=checkbox]")].find((one) => one.value === value);
  if (known) {
    known.checked = true;
    return;
  }
  const label = document.createElement("label");
  label.className = "ts-label";
  const tick = document.createElement("input");
  tick.type = "checkbox";
  tick.className = "visually-hidden";
  tick.name = holder.dataset.name;
  tick.value = value;
  tick.checked = true;
  label.append(tick, choice.dataset.title, " ×");
  box.before(label);
}

function dropLast(box) {
  const all = box.closest("[data-multi]")?.querySelectorAll("input[type=checkbox]:checked");
  const last = all?.[all.length - 1];
  if (!last) return;
  last.checked = false;
  last.dispatchEvent(new Event("change", { bubbles: true }));
}
