// @ts-check
/** Short sentences at the foot of the page: what was done, and what could not be. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";

const DONE_MS = 4_000;
const ERROR_MS = 12_000;

export class Toasts {
  #texts;
  #done = element("div", { role: "status" });
  #errors = element("div", { role: "alert" });

  /** @param {{ close: string }} texts */
  constructor(texts) {
    this.#texts = texts;
    this.element = element("div", { class: "toasts" }, this.#done, this.#errors);
  }

  /** @param {string} sentence */
  show(sentence) {
    this.#add(this.#done, "good", sentence, DONE_MS);
  }

  /** @param {string} sentence */
  showError(sentence) {
    this.#add(this.#errors, "bad", sentence, ERROR_MS);
  }

  /**
   * @param {HTMLElement} region
   * @param {string} tone
   * @param {string} sentence
   * @param {number} duration milliseconds
   */
  #add(region, tone, sentence, duration) {
    const toast = element("div", { class: `toast ${tone}` }, element("p", {}, sentence));
    const remove = () => toast.remove();
    toast.append(button({ label: this.#texts.close, icon: "close", kind: "bare" }, remove));
    region.append(toast);
    setTimeout(remove, duration);
  }
}
