// Dragging with a mouse: what is held, where it may go, and what the page shows meanwhile.
import { on } from "./dom.js";

/**
 * Let what fits `what` be dragged over what fits `where`. `name` tells the held element to other programs, `fits` which
 * place takes it, `mark` shows the place (none: the drag is over), `drop` acts. The last two get the event besides.
 */
export function startDragging({ what, where, name, fits = () => true, mark, drop }) {
  let held = null;
  on("dragstart", what, (event, one) => {
    held = one;
    one.classList.add("is-drag");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", name(one));
  });
  on("dragend", what, (event, one) => {
    one.classList.remove("is-drag");
    mark(null, event);
    held = null;
  });
  on("dragover", where, (event, place) => {
    if (!held || !fits(held, place)) return;
    event.preventDefault();
    mark(place, event);
  });
  on("drop", where, (event, place) => {
    if (!held || !fits(held, place)) return;
    event.preventDefault();
    drop(held, place, event);
  });
}
