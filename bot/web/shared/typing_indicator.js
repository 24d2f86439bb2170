// @ts-check
/** "Laura is typing": three dots below the last message. */

import { element } from "./dom.js";

const LONGEST_MS = 45_000; // in case the end of it never arrives

export class TypingIndicator {
  #words = element("span", { class: "spoken" });
  /** @type {number | undefined} */
  #timer;

  constructor() {
    this.element = element(
      "p",
      { class: "typing", hidden: true },
      this.#words,
      element("i", { "aria-hidden": "true" }),
      element("i", { "aria-hidden": "true" }),
      element("i", { "aria-hidden": "true" }),
    );
  }

  /**
   * Show the dots until `hide` is called, but not for ever.
   *
   * @param {string} words what a screen reader says
   */
  show(words) {
    this.#words.textContent = words;
    this.element.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), LONGEST_MS);
  }

  hide() {
    this.element.hidden = true;
    clearTimeout(this.#timer);
  }
}
