// What a rule gives for real records: beside it on its own page, folded under it in a form.
import { made } from "./asking.js";

export class Trials {
  constructor(host, root, say) {
    this.host = host;
    const place = host.dataset.trials;
    if (place) {
      this.box = document.getElementById(place);
    } else {
      this.box = made("div", { class: "ts-trial-box" });
      this.fold = made("details", { class: "ts-trial-fold" }, made("summary", {}, say("try_here")), this.box);
      this.fold.addEventListener("toggle", () => this.fold.open && this.ask());
      root.append(this.fold);
    }
    this.box.addEventListener("click", (event) => this.choose(event.target.closest?.("[data-trial]")));
  }

  /** Show trials anew; null takes them away, for a rule that does not hold has none. */
  show(host) {
    this.current = host;
    if (!host) this.box.replaceChildren();
    else if (!this.fold || this.fold.open) this.ask();
  }

  async ask() {
    if (!this.current) return;
    this.running?.abort();
    this.running = new AbortController();
    const drawn = await this.current.trials(this.running.signal);
    if (typeof drawn !== "string") return;
    const page = new DOMParser().parseFromString(drawn, "text/html");
    this.box.replaceChildren(...page.body.childNodes);
  }

  choose(row) {
    if (!row) return;
    const rows = [...this.box.querySelectorAll("[data-trial]")];
    const ways = [...this.box.querySelectorAll("[data-trial-way]")];
    rows.forEach((one, at) => {
      const chosen = one === row;
      one.toggleAttribute("aria-selected", chosen);
      if (chosen) one.setAttribute("aria-selected", "true");
      one.querySelector("button")?.setAttribute("aria-expanded", String(chosen));
      if (ways[at]) ways[at].hidden = !chosen;
    });
  }
}
