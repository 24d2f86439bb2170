// @ts-check
/** Photos to and from the server, which shows them only to the session they belong to. */

import { element } from "../shared/dom.js";
import { photoButton, PhotoRefused } from "../shared/photo_files.js";

/** @import { Language, Photo } from "../shared/types.js" */
/** @import { Lightbox } from "../shared/lightbox.js" */
/** @import { WidgetTexts } from "./texts.js" */

const LIMITS = { width: 17, height: 15 };

export class PhotoLoader {
  #address;
  #session;
  #language;
  #texts;
  #lightbox;
  /** @type {Map<string, Promise<string>>} photo id → local URL */
  #urls = new Map();

  /**
   * @param {object} options
   * @param {URL} options.home
   * @param {() => string | null} options.session returns the session's token
   * @param {Language} options.language
   * @param {WidgetTexts} options.texts
   * @param {Lightbox} options.lightbox
   */
  constructor({ home, session, language, texts, lightbox }) {
    this.#address = new URL("chat/photos", home);
    this.#session = session;
    this.#language = language;
    this.#texts = texts;
    this.#lightbox = lightbox;
  }

  /**
   * Upload a photo and return what the server knows it as.
   *
   * @param {File} file
   * @param {AbortSignal} signal
   * @returns {Promise<Photo>}
   * @throws {PhotoRefused} when another try is useless; any other error when it isn't
   */
  async upload(file, signal) {
    const body = new FormData();
    body.append("photo", file);
    const response = await fetch(this.#address, { method: "POST", headers: this.#headers(), body, signal });
    if (response.status >= 500) throw new Error(`photo upload failed: ${response.status}`);
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new PhotoRefused(answer.text ?? this.#texts.photoRefused(file.name));
    this.#urls.set(answer.id, Promise.resolve(URL.createObjectURL(file)));
    return answer;
  }

  /**
   * Create a button that shows the photo large.
   *
   * @param {Photo} photo
   */
  button(photo) {
    const { button, image } = photoButton(photo, this.#texts, LIMITS, (url) => this.#lightbox.show(url));
    this.#url(photo.id).then(
      (url) => (image.src = url),
      () => button.replaceWith(element("p", { class: "missing" }, this.#texts.photoMissing)),
    );
    return button;
  }

  /** @param {string} id */
  #url(id) {
    const loaded = this.#urls.get(id);
    if (loaded) return loaded;
    const loading = this.#download(id);
    // What failed is tried again the next time it is asked for.
    loading.catch(() => this.#urls.delete(id));
    this.#urls.set(id, loading);
    return loading;
  }

  /** @param {string} id */
  async #download(id) {
    const response = await fetch(`${this.#address}/${encodeURIComponent(id)}`, { headers: this.#headers() });
    if (!response.ok) throw new Error(`photo download failed: ${response.status}`);
    return URL.createObjectURL(await response.blob());
  }

  #headers() {
    // Refusals are for the customer to read: in the chat's language, not the browser's.
    return { Authorization: `Bearer ${this.#session()}`, "Accept-Language": this.#language };
  }
}
