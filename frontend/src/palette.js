// Ctrl K: one box to jump anywhere and to find any record.
import { ask, on } from "./dom.js";

let timer = 0;
let flight = null;

export function startPalette() {
  on("click", "[data-palette]", (event, link) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openPalette(link.textContent.replace(/Ctrl.*$/s, "").trim());
  });
}

/** Open the palette. */
export function openPalette(label = "") {
  if (document.querySelector(".ts-palette-box") || !document.querySelector(".ts-frame")) return;
  const box = document.createElement("dialog");
  box.className = "ts-dialog ts-palette-box";
  box.innerHTML = '<div class="q"><input type="search" autocomplete="off" role="combobox" aria-expanded="true" aria-controls="hits"><kbd>Esc</kbd></div><div class="ts-hits" id="hits"></div>';
  const input = box.querySelector("input");
  const name = label || document.querySelector("[data-palette]")?.textContent.replace(/Ctrl.*$/s, "").trim() || "";
  input.placeholder = name;
  input.setAttribute("aria-label", name);
  box.setAttribute("aria-label", name);
  document.body.append(box);
  box.showModal();
  box.addEventListener("close", () => box.remove());
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => find(box, input.value.trim()), 160);
  });
  box.addEventListener("keydown", (event) => keys(event, box));
  find(box, "");
}

async function find(box, text) {
  flight?.abort();
  flight = new AbortController();
  try {
    const html = await ask(`/search?q=${encodeURIComponent(text)}`, { signal: flight.signal });
    if (html === null || !box.isConnected) return;
    box.querySelector(".ts-hits").innerHTML = html;
    choose(box, 0);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function keys(event, box) {
  const all = [...box.querySelectorAll("[data-hit]")];
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(box, at + 1);
  else if (event.key === "ArrowUp") choose(box, at - 1);
  else if (event.key === "Enter" && at >= 0) all[at].click();
  else return;
  event.preventDefault();
}

function choose(box, wanted) {
  const all = [...box.querySelectorAll("[data-hit]")];
  if (!all.length) return;
  const index = (wanted + all.length) % all.length;
  all.forEach((one, place) => {
    if (place === index) one.setAttribute("aria-selected", "true");
    else one.removeAttribute("aria-selected");
  });
  all[index].scrollIntoView({ block: "nearest" });
}
