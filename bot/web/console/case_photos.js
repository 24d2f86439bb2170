// @ts-check
/** Photos to and from the server, which shows them to those who may see the case. */

import { element } from "../shared/dom.js";
import { photoButton, PhotoRefused } from "../shared/photo_files.js";
import { casePath, Refused } from "./api.js";

/** @import { Photo } from "../shared/types.js" */
/** @import { Lightbox } from "../shared/lightbox.js" */
/** @import { Api } from "./api.js" */
/** @import { ConsoleTexts } from "./texts.js" */

/**
 * Return the address of a photo or a file.
 *
 * @param {string} id
 */
export const fileUrl = (id) => `/console/api/photos/${encodeURIComponent(id)}`;

export class CasePhotos {
  #api;
  #texts;
  #lightbox;

  /** @param {{ api: Api, texts: ConsoleTexts, lightbox: Lightbox }} options */
  constructor({ api, texts, lightbox }) {
    this.#api = api;
    this.#texts = texts;
    this.#lightbox = lightbox;
  }

  /**
   * Upload a photo for a case and return what the server knows it as.
   *
   * @param {string} reference
   * @param {File} file
   * @param {AbortSignal} signal
   * @returns {Promise<Photo>}
   * @throws {PhotoRefused} when another try is useless; Refused when it isn't
   */
  async upload(reference, file, signal) {
    const body = new FormData();
    body.append("photo", file);
    try {
      return await this.#api.upload(casePath(reference, "photos"), body, signal);
    } catch (error) {
      if (error instanceof Refused && !error.isPassing && error.hasText) throw new PhotoRefused(error.message);
      throw error;
    }
  }

  /**
   * Create a button that shows the photo large.
   *
   * @param {Photo} photo
   * @param {number} [size] at most so many em wide and high
   */
  button(photo, size = 14) {
    const limits = { width: size, height: size };
    const { button, image } = photoButton(photo, this.#texts, limits, (url) => this.#lightbox.show(url));
    image.loading = "lazy";
    image.addEventListener("error", () => {
      button.replaceWith(element("p", { class: "missing quiet" }, this.#texts.photoMissing));
    });
    image.src = fileUrl(photo.id);
    return button;
  }
}
