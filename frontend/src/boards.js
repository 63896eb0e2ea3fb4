// Boards: cards dragged into another column, or put there by a menu or by keys; the server says what it means.
import { open } from "./dialogs.js";
import { announce, ask, isTyping, on } from "./dom.js";
import { startDragging } from "./dragging.js";

export function startBoards() {
  startDragging({
    what: ".ts-card[data-row]",
    where: "[data-column]",
    name: (card) => card.dataset.row,
    fits,
    mark,
    drop: (card, column) => move(card, column.dataset.column),
  });
  on("click", "[data-move-to]", (event, button) => move(button.closest("[data-row]"), button.dataset.moveTo));
  document.addEventListener("keydown", keys);
}

function fits(card, column) {
  return card.dataset.moves.split(" ").includes(column.dataset.column);
}

function mark(column) {
  document.querySelectorAll(".ts-drop").forEach((place) => {
    if (place.closest("[data-column]") !== column) place.remove();
  });
  if (!column || column.querySelector(".ts-drop")) return;
  const place = document.createElement("li");
  place.className = "ts-drop";
  column.querySelector("ul").prepend(place);
}

async function move(card, column) {
  const board = card.closest("[data-board]");
  const form = new FormData();
  form.set("row", card.dataset.row);
  form.set("column", column);
  form.set("_back", location.pathname + location.search);
  const answer = await ask(`${board.dataset.board}/move`, { form });
  if (answer === null) return;
  const dialog = new DOMParser().parseFromString(answer, "text/html").querySelector("dialog");
  if (dialog) {
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove(), { once: true });
    open(dialog);
  } else await refresh(board, card.dataset.row.split("@")[0]);
}

async function refresh(board, id) {
  const answer = await ask(location.href);
  const fresh = answer && new DOMParser().parseFromString(answer, "text/html").querySelector("[data-board]");
  if (!fresh) return;
  const left = board.scrollLeft;
  board.replaceWith(fresh);
  fresh.scrollLeft = left;
  window.htmx?.process(fresh);
  const summary = document.querySelector("[data-board-summary]");
  if (summary) summary.textContent = fresh.dataset.summaryText;
  const card = fresh.querySelector(`[data-row^="${CSS.escape(id)}"]`);
  card?.querySelector("a")?.focus();
  announce(card?.closest("[data-column]")?.getAttribute("aria-label") ?? "");
}

function keys(event) {
  if (isTyping(event.target) || !event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const card = event.target.closest?.("[data-row]");
  if (!card) return;
  const columns = [...card.closest("[data-board]").querySelectorAll("[data-column]")];
  const at = columns.indexOf(card.closest("[data-column]"));
  const ahead = event.key === "ArrowRight" ? columns.slice(at + 1) : columns.slice(0, at).reverse();
  const next = ahead.find((column) => fits(card, column));
  event.preventDefault();
  if (next) move(card, next.dataset.column);
}
