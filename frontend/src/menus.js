// Menus are details elements: they open without scripts; here they close again, one at a time, and arrows move inside.
import { near, on } from "./dom.js";

export function startMenus() {
  document.addEventListener("click", (event) => {
    const inside = near(event, ".ts-fly");
    for (const menu of document.querySelectorAll(".ts-fly[open]")) {
      if (menu !== inside && !menu.contains(event.target)) menu.open = false;
    }
    // a question opens over the page, and gives the focus back to where one can see it
    if (inside?.open && near(event, ".ts-pop [hx-target='#dialog-place']")) {
      inside.open = false;
      inside.querySelector("summary").focus();
    }
  });
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!(menu instanceof HTMLDetailsElement) || !menu.matches(".ts-fly") || !menu.open) return;
      keepInView(menu.querySelector(".ts-pop"));
    },
    true,
  );
  on("keydown", ".ts-fly[open]", (event, menu) => {
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (event.target.matches("select, textarea, input:not([type=checkbox], [type=radio])")) return;
      move(menu, event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    }
  });
}

function move(menu, step) {
  const stops = [...menu.querySelectorAll(".ts-pop :is(a, button, input, summary)")].filter((one) => one.offsetParent);
  const at = stops.indexOf(document.activeElement);
  stops[(at + step + stops.length) % stops.length]?.focus();
}

function keepInView(pop) {
  if (!pop) return;
  delete pop.dataset.shift;
  const edge = pop.getBoundingClientRect();
  if (edge.right > window.innerWidth - 8) pop.dataset.shift = "right";
  else if (edge.left < 8) pop.dataset.shift = "left";
}
