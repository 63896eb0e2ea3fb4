// A decision table as plain data, with the changes that a grid makes to it.
const HEADS = { inputs: ["label", "is", "values"], outputs: ["label", "name", "values", "default"] };

export class Table {
  constructor(text) {
    let read = null;
    try {
      read = JSON.parse(text);
    } catch {
      read = null;
    }
    const given = read && typeof read === "object" ? read : {};
    this.hit = typeof given.hit === "string" ? given.hit.toUpperCase() : "UNIQUE";
    this.inputs = columns(given.inputs, "is");
    this.outputs = columns(given.outputs, "name");
    if (!this.inputs.length) this.inputs = [{ is: "" }];
    if (!this.outputs.length) this.outputs = [{ name: "result" }];
    this.rules = rows(given.rules, this.width + 1);
    if (!this.rules.length) this.addRow("rules");
    this.tests = rows(given.tests, this.width);
    this.others = Object.fromEntries(
      Object.entries(given).filter(([key]) => !["hit", "inputs", "outputs", "rules", "tests"].includes(key)),
    );
  }

  get language() {
    return document.documentElement.lang.slice(0, 2);
  }

  get width() {
    return this.inputs.length + this.outputs.length;
  }

  /** Return the table as it is sent: without what is empty. */
  get text() {
    const noted = this.rules.some((rule) => rule[this.width]);
    const table = {
      ...this.others,
      hit: this.hit,
      inputs: this.inputs.map(full),
      outputs: this.outputs.map(full),
      rules: this.rules.map((rule) => (noted ? rule : rule.slice(0, this.width))),
    };
    if (this.tests.length) table.tests = this.tests;
    return JSON.stringify(table);
  }

  column(at) {
    return at < this.inputs.length ? ["inputs", at] : ["outputs", at - this.inputs.length];
  }

  has(part, at) {
    return HEADS[this.column(at)[0]].includes(this.key(part, at));
  }

  /** ``is`` of a column that is answered is its name. */
  key(part, at) {
    return part === "is" && at >= this.inputs.length ? "name" : part;
  }

  head(part, at) {
    const [kind, place] = this.column(at);
    const told = this[kind][place][this.key(part, at)] ?? "";
    return typeof told === "object" ? (told[this.language] ?? told.en ?? Object.values(told)[0] ?? "") : told;
  }

  setHead(part, at, text) {
    const [kind, place] = this.column(at);
    const column = this[kind][place];
    const key = this.key(part, at);
    // a label with a text per language keeps the others
    column[key] = typeof column[key] === "object" ? { ...column[key], [this.language]: text } : text;
  }

  title(at) {
    return this.head("label", at) || this.head("is", at);
  }

  addRow(kind, at = this[kind].length) {
    const size = this.width + (kind === "rules" ? 1 : 0);
    this[kind].splice(at, 0, Array(size).fill(""));
  }

  dropRow(kind, at) {
    this[kind].splice(at, 1);
    if (kind === "rules" && !this.rules.length) this.addRow("rules");
  }

  moveRow(kind, at, by) {
    const to = at + by;
    if (to < 0 || to >= this[kind].length) return at;
    const [row] = this[kind].splice(at, 1);
    this[kind].splice(to, 0, row);
    return to;
  }

  addColumn(kind) {
    const at = kind === "inputs" ? this.inputs.length : this.width;
    this[kind].push(kind === "inputs" ? { is: "" } : { name: `result_${this.outputs.length + 1}` });
    for (const row of [...this.rules, ...this.tests]) row.splice(at, 0, "");
    return at;
  }

  dropColumn(at) {
    const [kind, place] = this.column(at);
    if (at >= this.width || this[kind].length < 2) return;
    this[kind].splice(place, 1);
    for (const row of [...this.rules, ...this.tests]) row.splice(at, 1);
  }
}

function columns(given, main) {
  if (!Array.isArray(given)) return [];
  return given.map((one) => (typeof one === "string" ? { [main]: one } : { ...one }));
}

function rows(given, size) {
  if (!Array.isArray(given)) return [];
  return given.filter(Array.isArray).map((row) => {
    const cells = row.map((cell) => (cell == null ? "" : String(cell))).slice(0, size);
    return [...cells, ...Array(Math.max(0, size - cells.length)).fill("")];
  });
}

function full(column) {
  return Object.fromEntries(Object.entries(column).filter(([key, value]) => value !== "" || key === "is" || key === "name"));
}
