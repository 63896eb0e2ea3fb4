// <tessera-rule>: a text area of the form in its light, an editor in its shadow. The text area is what is sent; the shadow
// is left alone when the server draws the form again, and its style sheets need no inline styles.
import { post } from "./asking.js";
import { Grid } from "./grid.js";
import { Text } from "./text.js";

export class TesseraRule extends HTMLElement {
  static formAssociated = true;

  connectedCallback() {
    if (this.shadowRoot || !this.area) return;
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    // the editor's library puts its sheets of rules beside these
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = document.querySelector("link[rel=stylesheet]").href;
    root.append(style);
    this.part = this.dataset.mode === "decision_table" ? new Grid(this, root) : new Text(this, root);
  }

  disconnectedCallback() {
    this.part?.close?.();
  }

  get area() {
    return this.querySelector("textarea");
  }

  get text() {
    return this.area.value;
  }

  get label() {
    return this.area.getAttribute("aria-label") ?? "";
  }

  get readonly() {
    return "readonly" in this.dataset;
  }

  get ground() {
    const { over, gives, mode } = this.dataset;
    const ground = { over: over ?? "", gives: gives ?? "", mode };
    return "rights" in this.dataset ? { ...ground, rights: "yes" } : ground;
  }

  /** Keep what was written; the form hears of it like of any input. */
  keep(text) {
    this.area.value = text;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.dispatchEvent(new CustomEvent("rule-changed", { bubbles: true }));
  }

  check(signal) {
    return post("/rules/check", { ...this.ground, text: this.text }, signal);
  }

  complete(before, part = "") {
    return post("/rules/complete", { ...this.ground, text: before, part });
  }

  /** Return the drawn trials on real records. */
  trials(signal) {
    return post("/rules/try", { ...this.ground, text: this.text }, signal);
  }
}
