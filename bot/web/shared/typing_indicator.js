/** "Laura is typing": the three dots below the last message. */

import { element } from "./dom.js";

const LONGEST_MS = 45_000; // if the end of it never reaches us

export class Typing {
  #texts;
  #words;
  #timer;

  constructor(texts) {
    this.#texts = texts;
    this.#words = element("span", { class: "spoken" });
    this.element = element(
      "p",
      { class: "typing", hidden: true },
      this.#words,
      element("i", { "aria-hidden": "true" }),
      element("i", { "aria-hidden": "true" }),
      element("i", { "aria-hidden": "true" }),
    );
  }

  show(author, name) {
    const words = this.#texts.typing[author];
    this.#words.textContent = typeof words === "function" ? words(name) : words;
    this.element.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), LONGEST_MS);
  }

  hide() {
    this.element.hidden = true;
    clearTimeout(this.#timer);
  }
}
