// Forms: drawn again by the server while somebody types, never leaving what was typed; a warning before leaving.
import { Idiomorph } from "idiomorph";
import { on, toast } from "./dom.js";
import { reveal } from "./tabs.js";

const WAIT = 350;
const STALE = 5 * 60_000;
let heard = 0;
let timer = 0;
let edition = 0;
let dirty = false;
let leaving = false;

export function startForms() {
  // the element that somebody is in stays exactly as it is
  Idiomorph.defaults.ignoreActive = true;
  Idiomorph.defaults.restoreFocus = true;
  on("input", "[data-form] .ts-form-body", (event, body) => changed(body, event));
  on("change", "[data-form] .ts-form-body", (event, body) => changed(body, event));
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "form-body") event.detail.xhr.edition = edition;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) heard = performance.now();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // an answer to what the form held before is out of date: the next one is on its way
    if (event.detail.target.id === "form-body" && event.detail.xhr.edition !== edition) event.detail.shouldSwap = false;
  });
  on("submit", "[data-form]", (event, form) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (performance.now() - heard > STALE) {
      event.preventDefault();
      sendWhenAlive(form, event.submitter);
      return;
    }
    form.dataset.sent = "1";
    leaving = true;
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((f) => delete f.dataset.sent));
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });
  on("click", "[data-leave]", (event) => {
    const form = document.querySelector("[data-form]");
    if (dirty && form && !confirm(form.dataset.leaveQuestion)) event.preventDefault();
    else leaving = true;
  });
  on("click", "[data-summary] a", (event, link) => {
    const target = document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    reveal(target);
    target.focus();
    target.scrollIntoView({ block: "center" });
  });
  on("input", "[data-color-for]", (event, box) => {
    document.getElementById(box.dataset.colorFor).value = box.value;
  });
  on("click", "[data-mark]", (event, button) => mark(button));
  document.querySelectorAll(".ts-rich-bar").forEach((bar) => (bar.hidden = false));
  first();
}

// after a long time the session may be over: what was entered stays here until somebody has logged in again
async function sendWhenAlive(form, submitter) {
  const answer = await fetch("/alive").catch(() => null);
  if (!answer?.ok) {
    const link = document.createElement("a");
    link.href = "/login";
    link.target = "_blank";
    link.textContent = form.dataset.logIn;
    toast(form.dataset.logInFirst, "red", link);
    return;
  }
  const fresh = await answer.text();
  document.body.dataset.csrf = fresh;
  form.querySelector("[name=_csrf]").value = fresh;
  heard = performance.now();
  form.requestSubmit(submitter);
}

/** Ask for the form to be drawn again; also when rows of lines came or went. */
export function changed(body, event) {
  edition += 1;
  dirty = true;
  const state = document.querySelector("[data-state]");
  if (state) state.textContent = state.dataset.dirty;
  if (event?.target.matches?.("[role=combobox]") && event.type === "input") return;
  clearTimeout(timer);
  const wait = event?.type === "input" ? WAIT : 60;
  timer = setTimeout(() => body.dispatchEvent(new CustomEvent("preview", { bubbles: false })), wait);
}

function first() {
  const form = document.querySelector("[data-form]");
  if (!form) return;
  if (form.querySelector("[data-summary]")) {
    dirty = true;
    return;
  }
  const wanted = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const target = wanted?.querySelector("tbody input:not([type=hidden])") ?? wanted;
  const start = target ?? form.querySelector(".ts-form-body :is(input:not([type=hidden]), select, textarea):not([disabled])");
  reveal(start);
  // on a phone the focus would raise the keyboard over the form
  if (!wanted && matchMedia("(pointer: coarse)").matches) return;
  start?.focus({ preventScroll: !wanted });
  wanted?.scrollIntoView({ block: "center" });
}

const MARKS = { b: ["<strong>", "</strong>"], u: ["<u>", "</u>"], li: ["<ul>\n<li>", "</li>\n</ul>"], a: ['<a href="https://">', "</a>"] };

function mark(button) {
  const area = document.getElementById(button.closest("[data-rich]").dataset.rich);
  const [before, after] = MARKS[button.dataset.mark];
  const { selectionStart: start, selectionEnd: end, value } = area;
  area.setRangeText(before + value.slice(start, end) + after, start, end, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
