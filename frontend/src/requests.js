// Every request of htmx carries the token; what fails is told.
import { open } from "./dialogs.js";
import { announce, toast, token } from "./dom.js";

export function startRequests(htmx) {
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF-Token"] = token();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const body = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").body;
    toast(body.textContent.trim().slice(0, 400), "red");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "count") announce(event.target.textContent.trim());
    event.target.querySelectorAll?.("dialog[data-dialog]").forEach((dialog) => open(dialog, event.detail.requestConfig?.elt));
  });
  setTimeout(() => document.querySelectorAll("[data-toast]").forEach((old) => old.remove()), 6000);
  void htmx;
}
