/** Short sentences at the foot of the page: what was done, and what could not be. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";

const GOOD_MS = 4_000;
const BAD_MS = 12_000;

export class Toasts {
  #texts;
  #good = element("div", { role: "status" });
  #bad = element("div", { role: "alert" });

  constructor(texts) {
    this.#texts = texts;
    this.element = element("div", { class: "toasts" }, this.#good, this.#bad);
  }

  say(sentence) {
    this.#show(this.#good, "good", sentence, GOOD_MS);
  }

  warn(sentence) {
    this.#show(this.#bad, "bad", sentence, BAD_MS);
  }

  #show(region, tone, sentence, patience) {
    const toast = element("div", { class: `toast ${tone}` }, element("p", {}, sentence));
    const remove = () => toast.remove();
    toast.append(button({ label: this.#texts.close, drawing: "close", kind: "bare" }, remove));
    region.append(toast);
    setTimeout(remove, patience);
  }
}
