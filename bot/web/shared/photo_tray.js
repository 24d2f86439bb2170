// @ts-check
/** The photos that will go with the next message: shown, removable, uploaded while the text is written. */

import { element, screenReaderText } from "./dom.js";
import { icon } from "./icons.js";
import { photoProblem, PhotoRefused } from "./photo_files.js";

/** @import { Photo } from "./types.js" */
/** @import { PhotoTexts } from "./texts.js" */

/**
 * @typedef {{
 *   file: File,
 *   preview: string,
 *   photo: Photo | null,
 *   uploading: boolean,
 *   failures: number,
 *   abort: AbortController,
 *   element: HTMLLIElement,
 * }} Item `photo` is set once it is uploaded
 */

const MAX_PHOTOS = 5;
const TRIES = 3;
const RETRY_MS = 2_000;

export class PhotoTray {
  #texts;
  #upload;
  #connected;
  #onUploaded;
  #notify;
  /** @type {Set<Item>} */
  #items = new Set();

  /**
   * @param {object} options
   * @param {PhotoTexts} options.texts
   * @param {(file: File, signal: AbortSignal) => Promise<Photo>} options.upload throws PhotoRefused when
   *   another try is useless
   * @param {() => boolean} options.connected
   * @param {() => void} options.onUploaded called after each photo
   * @param {(sentence: string) => void} options.notify shows what went wrong; "" clears it
   */
  constructor({ texts, upload, connected, onUploaded, notify }) {
    this.#texts = texts;
    this.#upload = upload;
    this.#connected = connected;
    this.#onUploaded = onUploaded;
    this.#notify = notify;
    this.element = element("ul", { class: "tray", hidden: true });
  }

  get empty() {
    return this.#items.size === 0;
  }

  /** True when no photo is still on its way. */
  get uploaded() {
    return [...this.#items].every((item) => item.photo);
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) {
      const full = this.#items.size >= MAX_PHOTOS ? this.#texts.photoCount(MAX_PHOTOS) : null;
      const problem = full ?? photoProblem(file, this.#texts);
      if (problem) this.#notify(problem);
      else this.#addItem(file);
    }
  }

  /** Upload what a lost connection left behind. */
  resume() {
    for (const item of this.#items) if (!item.photo && !item.uploading) this.#start(item);
  }

  /** Empty the tray and return the uploaded photos. */
  takeAll() {
    const photos = [...this.#items].map((item) => item.photo).filter((photo) => photo !== null);
    for (const item of this.#items) this.#remove(item);
    return photos;
  }

  /** @param {File} file */
  #addItem(file) {
    const preview = URL.createObjectURL(file);
    const button = element(
      "button",
      { type: "button", class: "remove", "aria-label": this.#texts.removePhoto(file.name) },
      icon("close"),
    );
    /** @type {Item} */
    const item = {
      file,
      preview,
      photo: null,
      uploading: false,
      failures: 0,
      abort: new AbortController(),
      element: element(
        "li",
        {},
        element("img", { src: preview, alt: file.name }),
        element("span", { class: "busy" }, screenReaderText(this.#texts.uploading)),
        button,
      ),
    };
    button.addEventListener("click", () => {
      this.#notify("");
      this.#remove(item);
    });
    this.#items.add(item);
    this.element.append(item.element);
    this.element.hidden = false;
    this.#start(item);
  }

  /** @param {Item} item */
  async #start(item) {
    if (!this.#items.has(item) || !this.#connected()) return;
    item.uploading = true;
    try {
      item.photo = await this.#upload(item.file, item.abort.signal);
      item.element.querySelector(".busy")?.remove();
    } catch (error) {
      this.#failed(item, error);
    } finally {
      item.uploading = false;
    }
    if (item.photo) this.#onUploaded();
  }

  /**
   * @param {Item} item
   * @param {unknown} error
   */
  #failed(item, error) {
    if (!this.#items.has(item)) return;
    item.failures += 1;
    if (error instanceof PhotoRefused || item.failures >= TRIES) {
      this.#notify(error instanceof PhotoRefused ? error.message : this.#texts.photoRefused(item.file.name));
      this.#remove(item);
      return;
    }
    // Without a connection this does nothing, and `resume` goes on.
    setTimeout(() => item.uploading || this.#start(item), RETRY_MS);
  }

  /** @param {Item} item */
  #remove(item) {
    if (!this.#items.delete(item)) return;
    item.abort.abort();
    item.element.remove();
    URL.revokeObjectURL(item.preview);
    this.element.hidden = this.empty;
  }
}
