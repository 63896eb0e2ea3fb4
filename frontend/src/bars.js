// Bars along time: dragged as a whole or by an end with any pointer, or moved by keys; the server says what it means.
import { announce, ask, isTyping } from "./dom.js";

const EDGE = 8;
const DAY = 86_400_000;

export function startBars() {
  document.addEventListener("pointerdown", hold);
  document.addEventListener("keydown", keys);
}

function hold(event) {
  const bar = event.target.closest?.("[data-bar]");
  const page = bar?.closest("[data-bars][data-move]");
  if (!page || event.button !== 0) return;
  const whole = bar.querySelector(".whole").getBoundingClientRect();
  const day = bar.ownerSVGElement.getBoundingClientRect().width / Number(page.dataset.days);
  const edge = Math.min(EDGE, whole.width / 4);
  const sizable = "sizable" in page.dataset;
  let part = "both";
  if (sizable && event.clientX > whole.right - edge) part = "last";
  else if (sizable && event.clientX < whole.left + edge) part = "start";
  event.preventDefault();
  bar.focus();
  bar.setPointerCapture(event.pointerId);
  bar.classList.add("is-held");
  let days = 0;
  const follow = (moved) => {
    days = Math.round((moved.clientX - event.clientX) / day);
    draw(bar, page, shifted(bar, days, part));
  };
  const stop = (ended) => {
    bar.removeEventListener("pointermove", follow);
    bar.classList.remove("is-held");
    if (ended.type === "pointercancel" || !days) draw(bar, page, shifted(bar, 0, part));
    else move(bar, page, shifted(bar, days, part));
  };
  bar.addEventListener("pointermove", follow);
  bar.addEventListener("pointerup", stop, { once: true });
  bar.addEventListener("pointercancel", stop, { once: true });
}

function keys(event) {
  const bar = event.target.closest?.("[data-bar]");
  const page = bar?.closest("[data-bars]");
  if (!page || isTyping(event.target)) return;
  if (event.key === "Enter") {
    bar.closest("[role=listitem]").querySelector("a").click();
    return;
  }
  if (!page.dataset.move || !event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  const part = event.shiftKey && "sizable" in page.dataset ? "last" : "both";
  move(bar, page, shifted(bar, event.key === "ArrowRight" ? 1 : -1, part));
}

function shifted(bar, days, part) {
  const start = new Date(`${bar.dataset.start}T00:00:00Z`).getTime();
  const last = new Date(`${bar.dataset.last}T00:00:00Z`).getTime();
  const by = days * DAY;
  if (part === "start") return [Math.min(start + by, last), last];
  if (part === "last") return [start, Math.max(last + by, start)];
  return [start + by, last + by];
}

const iso = (moment) => new Date(moment).toISOString().slice(0, 10);

function draw(bar, page, [start, last]) {
  const whole = bar.querySelector(".whole");
  bar.dataset.x ??= whole.getAttribute("x");
  bar.dataset.width ??= whole.getAttribute("width");
  const each = 100 / Number(page.dataset.days);
  const by = (start - new Date(`${bar.dataset.start}T00:00:00Z`).getTime()) / DAY;
  const more = (last - start) / DAY - (new Date(bar.dataset.last) - new Date(bar.dataset.start)) / DAY;
  whole.setAttribute("x", `${parseFloat(bar.dataset.x) + by * each}%`);
  whole.setAttribute("width", `${Math.max(parseFloat(bar.dataset.width) + more * each, each / 2)}%`);
  bar.querySelector(".part")?.setAttribute("visibility", by || more ? "hidden" : "visible");
  bar.querySelector("title").textContent = `${iso(start)} – ${iso(last)}`;
}

async function move(bar, page, [start, last]) {
  const form = new FormData();
  form.set("row", bar.dataset.row);
  form.set("start", iso(start));
  // the day behind the last one, as calendars name it
  form.set("end", iso(last + DAY));
  await ask(page.dataset.move, { form });
  await refresh(page, bar.dataset.row.split("@")[0]);
}

async function refresh(page, id) {
  const answer = await ask(location.href);
  const fresh = answer && new DOMParser().parseFromString(answer, "text/html").querySelector("[data-bars]");
  if (!fresh) return;
  page.replaceWith(fresh);
  const bar = fresh.querySelector(`[data-row^="${CSS.escape(id)}"]`);
  bar?.focus();
  announce(bar?.getAttribute("aria-label") ?? "");
}
