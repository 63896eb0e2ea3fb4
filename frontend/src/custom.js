// Adapting screens: chips dragged or moved by keys into another group, and inputs that belong to one choice only.
import { announce, isTyping, on, token, toast } from "./dom.js";
import { startDragging } from "./dragging.js";

export function startCustom() {
  startDragging({
    what: "[data-chip]",
    where: "[data-group]",
    name: (chip) => chip.dataset.chip,
    mark: (group, event) => mark(group && (event.target.closest("[data-chip]") ?? group)),
    drop: (chip, group, event) => {
      const over = event.target.closest("[data-chip]");
      move(chip, group, over ? before(over, chip) : undefined);
    },
  });
  on("keydown", "[data-chip]", keys);
  on("change", "form", (event, form) => show(form));
  document.addEventListener("DOMContentLoaded", showAll);
  document.addEventListener("htmx:afterSettle", showAll);
  showAll();
}

/** Return the name behind which a chip comes when it is dropped on another: the one before that, or none. */
function before(over, chip) {
  let found = over.previousElementSibling;
  if (found === chip) found = found.previousElementSibling;
  return found?.dataset.chip ?? "";
}

function mark(place) {
  document.querySelectorAll(".is-over").forEach((one) => one.classList.remove("is-over"));
  place?.classList.add("is-over");
}

async function move(chip, group, after) {
  const board = chip.closest("[data-arrange]");
  const form = new FormData();
  form.set("_csrf", token());
  form.set("_do", "move");
  form.set("item", chip.dataset.chip);
  form.set("to", group.dataset.group);
  if (after !== undefined) form.set("after", after);
  const answer = await fetch(board.dataset.arrange, { method: "POST", body: form });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-arrange]");
  if (!fresh) return toast(page.querySelector("h1, [data-summary]")?.textContent ?? "", "red");
  const name = chip.dataset.chip;
  const body = board.querySelector(".ts-arrange-body");
  const top = body.scrollTop;
  board.replaceWith(fresh);
  fresh.querySelector(".ts-arrange-body").scrollTop = top;
  window.htmx?.process(fresh);
  showAll();
  const draft = page.querySelector("[data-draft]");
  if (draft) document.querySelector("[data-draft]")?.replaceWith(draft);
  const tail = name.split(".").at(-1);
  const moved = fresh.querySelector(`[data-chip="${CSS.escape(name)}"], [data-chip$=".${CSS.escape(tail)}"]`);
  moved?.focus();
  announce(moved?.closest("[data-group]")?.getAttribute("aria-label") ?? "");
}

function keys(event, chip) {
  if (!event.altKey || isTyping(event.target)) return;
  const group = chip.closest("[data-group]");
  const groups = [...chip.closest("[data-arrange]").querySelectorAll("[data-group]")];
  const at = groups.indexOf(group);
  if (event.key === "ArrowUp" && chip.previousElementSibling) {
    move(chip, group, chip.previousElementSibling.previousElementSibling?.dataset.chip ?? "");
  } else if (event.key === "ArrowDown" && chip.nextElementSibling) {
    move(chip, group, chip.nextElementSibling.dataset.chip);
  } else if (event.key === "ArrowLeft" && at > 0) move(chip, groups[at - 1]);
  else if (event.key === "ArrowRight" && at < groups.length - 1) move(chip, groups[at + 1]);
  else return;
  event.preventDefault();
}

function showAll() {
  document.querySelectorAll("form").forEach(show);
}

/** Show what belongs to the choice that is made: data-shown-for="input=value,value". */
function show(form) {
  form.querySelectorAll("[data-shown-for]").forEach((part) => {
    const [name, values] = part.dataset.shownFor.split("=");
    const input = form.elements.namedItem(name);
    part.hidden = !!input && !values.split(",").includes(input.value);
  });
}
