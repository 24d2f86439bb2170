// @ts-check
/** One photo, as large as the window allows. */

import { element } from "./dom.js";
import { icon } from "./icons.js";

export class Lightbox {
  #image;

  /** @param {{ photo: string, closePhoto: string }} texts */
  constructor(texts) {
    this.#image = element("img", { alt: texts.photo });
    this.element = element(
      "dialog",
      { class: "lightbox", "aria-label": texts.photo },
      this.#image,
      element("button", { type: "button", class: "round", "aria-label": texts.closePhoto }, icon("close")),
    );
    this.element.addEventListener("click", () => this.element.close());
  }

  /** @param {string} url */
  show(url) {
    this.#image.src = url;
    this.element.showModal();
  }
}
