// What is wrong with a table: its cells, then the table as a whole; each line leads to the place that it is about.
import { made } from "./asking.js";

const TONES = { gap: "amber", overlap: "red", unreachable: "amber", unknown: "gray" };

export class Findings {
  constructor(say, go) {
    this.words = say;
    this.go = go;
    this.cell = made("p", { class: "ts-sm ts-neg", "aria-live": "polite" });
    this.list = made("ul", { class: "ts-findings" });
    this.live = made("p", { class: "visually-hidden", role: "status" });
    this.box = made("div", { class: "ts-found" }, this.cell, made("p", { class: "ts-b ts-whole" }, say("whole")), this.list, this.live);
    this.faults = new Map();
  }

  show(told, faults, labelOf) {
    this.faults = faults;
    const lines = [];
    if (told.fault) lines.push(this.line("red", this.words("no_table"), told.fault, null));
    for (const [place, several] of faults) {
      for (const one of several) lines.push(this.line("red", labelOf(place), said(one), place));
    }
    for (const one of told.findings) {
      const place = one.rules.length ? `rules.${one.rules[0] - 1}.0` : null;
      lines.push(this.line(TONES[one.kind] ?? "gray", this.words(`kind_${one.kind}`), one.message, place));
    }
    if (!lines.length && told.ok) lines.push(made("li", { class: "ts-pos" }, this.words("whole_good")));
    this.list.replaceChildren(...lines);
  }

  line(tone, kind, text, place) {
    const inside = [made("span", { class: "ts-label", "data-tone": tone }, kind), " ", text];
    if (!place) return made("li", {}, ...inside);
    return made("li", {}, made("button", { type: "button", class: "ts-plain", on: { click: () => this.go(place) } }, ...inside));
  }

  /** Say what is wrong with one cell. */
  say(place) {
    this.cell.textContent = (this.faults.get(place) ?? []).map(said).join(" ");
  }

  announce(text) {
    this.live.textContent = text;
  }
}

function said(fault) {
  return fault.hint ? `${fault.message} ${fault.hint}` : fault.message;
}
