// The editor of one text: what is wrong stands under it with its place, and the nearest word is one key away.
import { setDiagnostics } from "@codemirror/lint";
import { later, made, speaker } from "./asking.js";
import { editor } from "./feel.js";
import { Trials } from "./trials.js";

export class Text {
  constructor(host, root) {
    this.host = host;
    this.root = root;
    this.look = later(() => this.check());
    this.start();
  }

  async start() {
    this.say = await speaker();
    const { host, root, say } = this;
    this.state = made("span", { role: "status" });
    this.fix = made("button", { type: "button", class: "btn btn-sm btn-quiet ts-push", hidden: true });
    this.fix.addEventListener("click", () => this.apply());
    this.help = made("span", { class: "ts-push ts-desk" }, say("complete"));
    this.box = made("div", { class: "ts-editor ts-rule-text" });
    root.append(this.box);
    this.view = editor({
      root,
      parent: this.box,
      text: host.text.replace(/\n$/, ""),
      label: host.label,
      hint: say("empty"),
      readonly: host.readonly,
      asks: (before) => host.complete(before),
      changed: (text) => {
        host.keep(text);
        this.look();
      },
    });
    this.box.append(made("footer", {}, this.state, this.fix, this.help));
    this.trials = new Trials(host, root, say);
    this.check();
  }

  async check() {
    this.running?.abort();
    this.running = new AbortController();
    if (!this.host.text.trim()) {
      this.tell("", "");
      this.trials.show(null);
      return;
    }
    const told = await this.host.check(this.running.signal);
    if (!told) return;
    const length = this.view.state.doc.length;
    const place = (at) => Math.min(at, length);
    const found = told.faults.map((one) => ({
      from: place(one.start),
      to: Math.max(place(one.end), place(one.start)),
      severity: one.severity,
      message: one.hint ? `${one.message} ${one.hint}` : one.message,
      actions: one.nearest ? [{ name: this.say("use", { word: one.nearest }), apply: () => this.apply(one) }] : [],
    }));
    this.view.dispatch(setDiagnostics(this.view.state, found));
    this.first = told.faults.find((one) => one.nearest);
    if (told.ok) {
      const reads = told.reads.length ? this.say("reads", { n: told.reads.length }) : "";
      this.tell("ts-pos", this.say("right", { type: told.type }), reads);
      this.state.title = told.sql ? "" : this.say("no_sql", { why: told.no_sql });
      this.trials.show(this.host);
    } else {
      const one = told.faults[0];
      const message = one.hint ? `${one.message}${/[\u4e00-\u9fff]/.test(one.message) ? "，" : "; "}${one.hint}` : one.message;
      this.tell("ts-neg", this.say("place", { line: one.line, column: one.column, message }));
      this.trials.show(null);
    }
  }

  tell(tone, text, more = "") {
    this.state.replaceChildren(made("span", { class: tone }, text), more ? made("span", { class: "ts-3" }, ` ${more}`) : "");
    this.state.title = "";
    const one = tone === "ts-neg" ? this.first : null;
    this.fix.hidden = !one;
    this.help.hidden = Boolean(one);
    if (one) this.fix.textContent = this.say("use", { word: one.nearest });
  }

  apply(one = this.first) {
    if (!one) return;
    this.view.dispatch({ changes: { from: one.start, to: one.end, insert: one.nearest } });
    this.view.focus();
  }

  close() {
    this.view?.destroy();
  }
}
