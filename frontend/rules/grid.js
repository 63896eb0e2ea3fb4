// A decision table as a grid: keys and clipboard as in a spreadsheet, and what is wrong with it under it.
import { later, made, speaker } from "./asking.js";
import { editor } from "./feel.js";
import { Findings } from "./findings.js";
import { Table } from "./table.js";
import { Trials } from "./trials.js";

const HITS = ["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT", "COLLECT SUM", "COLLECT MIN", "COLLECT MAX", "COLLECT COUNT"];
const HEADS = ["label", "is", "values", "default"];

export class Grid {
  constructor(host, root) {
    this.host = host;
    this.root = root;
    this.table = new Table(host.text);
    this.look = later(() => this.check(), 400);
    this.start();
  }

  async start() {
    this.say = await speaker();
    const { host, root, say } = this;
    this.tools = this.toolbar();
    this.grid = made("div", { class: "ts-scroll", tabindex: "0", role: "region", "aria-label": host.label || say("table") });
    this.bar = made("div", { class: "ts-editor ts-cell-bar" });
    this.findings = new Findings(say, (place) => this.focus(place));
    const help = made("p", { class: "ts-sm ts-3" }, say("grid_help"));
    root.append(made("div", { class: "ts-rule-grid" }, ...(host.readonly ? [] : [this.tools, this.bar]), this.grid, this.findings.box, host.readonly ? null : help));
    if (!host.readonly) {
      this.view = editor({
        root,
        parent: this.bar,
        text: "",
        label: say("bar"),
        single: true,
        keys: ["Enter", "Escape"].map((key) => ({ key, run: () => this.back() })),
        asks: (before) => host.complete(before, this.place?.startsWith("rules.") && this.at < this.table.inputs.length ? "cell" : ""),
        changed: (text, update) => update.transactions.some((one) => one.isUserEvent("input") || one.isUserEvent("delete") || one.isUserEvent("undo")) && this.write(this.place, text, true),
      });
    }
    this.draw();
    this.trials = new Trials(host, root, say);
    this.check();
  }

  toolbar() {
    const { say, table } = this;
    const button = (key, act) => made("button", { type: "button", class: "btn btn-sm btn-quiet", on: { click: act } }, say(key));
    const hit = made(
      "select",
      { class: "form-select ts-hit", "aria-label": say("hit"), on: { change: (event) => this.change(() => (table.hit = event.target.value)) } },
      ...HITS.map((one) => made("option", { value: one, selected: one === table.hit }, say(`hit_${one.replaceAll(" ", "_")}`))),
    );
    return made(
      "div",
      { class: "ts-row ts-rule-tools", role: "toolbar", "aria-label": say("tools") },
      hit,
      button("add_rule", () => this.change(() => table.addRow("rules"), `rules.${table.rules.length}.0`)),
      button("add_input", () => this.change(() => table.addColumn("inputs"), `is.${table.inputs.length}`)),
      button("add_output", () => this.change(() => table.addColumn("outputs"), `is.${table.width}`)),
      button("add_test", () => this.change(() => table.addRow("tests"), `tests.${table.tests.length}.0`)),
      button("drop_row", () => this.dropRow()),
      button("drop_column", () => this.change(() => table.dropColumn(this.at), this.place)),
    );
  }

  // -- drawing -------------------------------------------------------------------------------------------------------

  draw() {
    const { table, say } = this;
    const heads = HEADS.map((part) =>
      made(
        "tr",
        {},
        made("th", { scope: "row" }, say(`row_${part}`)),
        ...this.columns().map((at) => made("td", { class: this.tone(at) }, table.has(part, at) ? this.cell(`${part}.${at}`, say(`row_${part}`)) : "")),
        made("td", { class: "ts-3" }, part === "is" ? say("note") : ""),
      ),
    );
    const body = made("tbody", {}, ...table.rules.map((_, row) => this.row("rules", row)));
    const tests = made("tbody", { class: "ts-tests" });
    if (table.tests.length) {
      tests.append(made("tr", {}, made("th", { scope: "rowgroup", colspan: table.width + 2 }, say("tests"))));
      tests.append(...table.tests.map((_, row) => this.row("tests", row)));
    }
    this.grid.replaceChildren(made("table", { class: "ts-grid ts-decision is-edited" }, made("thead", {}, ...heads), body, tests));
    this.grid.firstChild.addEventListener("keydown", (event) => this.key(event));
    this.grid.firstChild.addEventListener("paste", (event) => this.paste(event));
    this.grid.firstChild.addEventListener("focusin", (event) => event.target.dataset.place && this.enter(event.target));
    this.grid.firstChild.addEventListener("input", (event) => this.write(event.target.dataset.place, event.target.value));
  }

  columns() {
    return Array.from({ length: this.table.width }, (_, at) => at);
  }

  tone(at) {
    return at >= this.table.inputs.length ? "out" : "";
  }

  row(kind, row) {
    const { table, say } = this;
    const name = say(kind === "rules" ? "rule" : "test", { n: row + 1 });
    const cells = this.columns().map((at) => made("td", { class: this.tone(at) }, this.cell(`${kind}.${row}.${at}`, name)));
    const last = kind === "rules" ? made("td", { class: "note" }, this.cell(`rules.${row}.${table.width}`, name)) : made("td", { "data-found": row });
    return made("tr", { "data-row": `${kind}.${row}` }, made("th", { scope: "row" }, kind === "rules" ? row + 1 : name), ...cells, last);
  }

  cell(place, row) {
    const at = Number(place.split(".").at(-1));
    const column = at < this.table.width ? this.table.title(at) || this.say(at < this.table.inputs.length ? "input" : "output", { n: at + 1 }) : this.say("note");
    const label = this.say("cell", { row, column });
    return made("input", { value: this.read(place), "data-place": place, "aria-label": label, autocomplete: "off", spellcheck: "false", readonly: this.host.readonly });
  }

  // -- reading and writing -------------------------------------------------------------------------------------------

  read(place) {
    const [kind, row, at] = place.split(".");
    return HEADS.includes(kind) ? this.table.head(kind, Number(row)) : (this.table[kind][row]?.[at] ?? "");
  }

  write(place, text, byBar = false) {
    if (!place || this.host.readonly) return;
    const [kind, row, at] = place.split(".");
    if (HEADS.includes(kind)) this.table.setHead(kind, Number(row), text);
    else this.table[kind][row][at] = text;
    const input = this.input(place);
    if (byBar && input) input.value = text;
    else this.mirror();
    this.save();
  }

  change(act, place = this.place) {
    if (this.host.readonly) return;
    act();
    this.draw();
    this.focus(place);
    this.save();
  }

  save() {
    this.host.keep(this.table.text);
    this.look();
  }

  input(place) {
    return this.grid.querySelector(`[data-place="${place}"]`);
  }

  enter(input) {
    this.place = input.dataset.place;
    this.at = Number(this.place.split(".").at(-1));
    this.mirror();
    this.findings.say(this.place);
  }

  /** Show the chosen cell in the bar above. */
  mirror() {
    if (!this.view || !this.place) return;
    const text = this.read(this.place);
    const doc = this.view.state.doc;
    if (doc.toString() !== text) this.view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
  }

  focus(place) {
    const input = place ? this.input(place) : null;
    if (input) {
      input.focus();
      input.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  back() {
    this.focus(this.place);
    return true;
  }

  // -- keys ----------------------------------------------------------------------------------------------------------

  key(event) {
    const input = event.target;
    if (!input.dataset?.place) return;
    const { key, ctrlKey, metaKey, altKey } = event;
    const edge = key === "ArrowLeft" ? input.selectionStart === 0 && input.selectionEnd === 0 : input.selectionStart === input.value.length;
    const command = ctrlKey || metaKey;
    let done = true;
    if (altKey && key === "ArrowUp") this.moveRow(-1);
    else if (altKey && key === "ArrowDown") this.moveRow(1);
    else if (key === "ArrowUp") this.step(-1, 0);
    else if (key === "ArrowDown" || (key === "Enter" && !command)) this.step(1, 0, key === "Enter");
    else if (key === "ArrowLeft" && edge) this.step(0, -1);
    else if (key === "ArrowRight" && edge) this.step(0, 1);
    else if (key === "F2") this.view?.focus();
    else if (command && key === "Delete") this.dropRow();
    else if (command && key.toLowerCase() === "d") this.fillDown();
    else done = false;
    if (done) event.preventDefault();
    // Ctrl Enter saves the form as anywhere; everything else is the grid's own
    if (done || (key === "Enter" && !command)) event.stopPropagation();
  }

  /** Go to the cell beside; Enter in the last rule begins another one. */
  step(down, right, adds = false) {
    const rows = [...this.grid.querySelectorAll("tr")].filter((row) => row.querySelector("[data-place]"));
    const input = this.input(this.place);
    const row = rows.indexOf(input.closest("tr"));
    const cell = input.closest("td, th").cellIndex + right;
    const beside = rows[row + down];
    if (!beside || (adds && this.place.startsWith(`rules.${this.table.rules.length - 1}.`))) {
      if (adds && this.place.startsWith("rules.")) this.change(() => this.table.addRow("rules"), `rules.${this.table.rules.length}.${this.at}`);
      return;
    }
    const target = beside.cells[cell]?.querySelector("[data-place]");
    target?.focus();
    target?.select();
  }

  dropRow() {
    const [kind, row] = (this.place ?? "").split(".");
    if (kind !== "rules" && kind !== "tests") return;
    const next = Math.max(0, Math.min(Number(row), this.table[kind].length - 2));
    this.change(() => this.table.dropRow(kind, Number(row)), `${kind}.${next}.${this.at}`);
  }

  moveRow(by) {
    const [kind, row] = this.place.split(".");
    if (kind !== "rules" && kind !== "tests") return;
    let to = Number(row);
    const at = this.at;
    this.change(() => (to = this.table.moveRow(kind, Number(row), by)), null);
    this.focus(`${kind}.${to}.${at}`);
  }

  fillDown() {
    const [kind, row, at] = this.place.split(".");
    if ((kind === "rules" || kind === "tests") && Number(row) > 0) {
      this.write(this.place, this.table[kind][Number(row) - 1][at], true);
      this.mirror();
    }
  }

  paste(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const place = event.target.dataset?.place;
    const [kind, first, at] = (place ?? "").split(".");
    if (!/[\t\n]/.test(text.replace(/\r?\n$/, "")) || (kind !== "rules" && kind !== "tests")) return;
    event.preventDefault();
    const pasted = text.replace(/\r\n/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t").map(unquoted));
    this.change(() => {
      pasted.forEach((cells, down) => {
        const row = Number(first) + down;
        if (row >= this.table[kind].length) this.table.addRow(kind);
        const into = this.table[kind][row];
        cells.forEach((cell, right) => {
          if (Number(at) + right < into.length) into[Number(at) + right] = cell.trim();
        });
      });
    }, place);
    this.findings.announce(this.say("pasted", { rows: pasted.length }));
  }

  // -- judging -------------------------------------------------------------------------------------------------------

  async check() {
    this.running?.abort();
    this.running = new AbortController();
    const told = await this.host.check(this.running.signal);
    if (!told) return;
    for (const input of this.grid.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    const faults = new Map();
    for (const one of told.faults) {
      const place = this.placeOf(one.part);
      const input = place && this.input(place);
      if (input) input.setAttribute("aria-invalid", "true");
      faults.set(place ?? "", [...(faults.get(place ?? "") ?? []), one]);
    }
    for (const row of this.grid.querySelectorAll("[data-row]")) row.removeAttribute("data-tone");
    for (const finding of told.findings) {
      for (const rule of finding.rules) this.grid.querySelector(`[data-row="rules.${rule - 1}"]`)?.setAttribute("data-tone", "amber");
    }
    this.findings.show(told, faults, (place) => this.input(place)?.getAttribute("aria-label") ?? "");
    if (this.place) this.findings.say(this.place);
    told.tests.forEach((one, row) => this.tell(row, one));
    this.trials.show(told.ok ? this.host : null);
  }

  tell(row, outcome) {
    const cell = this.grid.querySelector(`[data-found="${row}"]`);
    if (!cell) return;
    const tone = outcome.right ? "ts-pos" : "ts-neg";
    const mark = outcome.right ? "✓" : "✗";
    cell.replaceChildren(made("span", { class: tone, title: outcome.reason || this.say(outcome.right ? "passed" : "failed") }, `${mark} ${outcome.reason || outcome.found}`));
  }

  /** Return the cell that a fault is about. */
  placeOf(part) {
    const [kind, number, key] = part.split(".");
    if (kind === "rules") return `rules.${number}.${key ?? 0}`;
    if (kind === "tests") return `tests.${number}.0`;
    if (kind === "inputs") return `${key ?? "is"}.${number ?? 0}`;
    if (kind === "outputs") return `${key === "name" || !key ? "is" : key}.${this.table.inputs.length + Number(number ?? 0)}`;
    return null;
  }

  close() {
    this.view?.destroy();
  }
}

function unquoted(cell) {
  // spreadsheets quote cells that hold quotes or line ends
  return /^".*"$/s.test(cell) && cell.includes('""') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}
