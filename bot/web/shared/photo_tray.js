/** The photos that will go with the next message: seen, removable, uploaded while the text is written. */

import { element, icon, spoken } from "./dom.js";
import { PhotoRefused } from "/widget/photo_loader.js";

const MAX_PHOTOS = 5;
const TRIES = 3;
const RETRY_MS = 2_000;

export class Tray {
  #photos;
  #texts;
  #ready;
  #onUploaded;
  #notify;
  #items = new Set();

  /** `ready` tells whether the server can be reached; `notify(sentence)` shows what went wrong. */
  constructor({ photos, texts, ready, onUploaded, notify }) {
    this.#photos = photos;
    this.#texts = texts;
    this.#ready = ready;
    this.#onUploaded = onUploaded;
    this.#notify = notify;
    this.element = element("ul", { class: "tray", hidden: true });
  }

  get empty() {
    return this.#items.size === 0;
  }

  get uploaded() {
    return [...this.#items].every((item) => item.photo);
  }

  add(files) {
    for (const file of files) {
      const full = this.#items.size >= MAX_PHOTOS ? this.#texts.photoCount(MAX_PHOTOS) : null;
      const problem = full ?? this.#photos.problem(file);
      if (problem) this.#notify(problem);
      else this.#place(file);
    }
  }

  /** Take up the uploads that a lost connection left behind. */
  resume() {
    for (const item of this.#items) if (!item.photo && !item.uploading) this.#upload(item);
  }

  /** The uploaded photos; the tray is empty afterwards. */
  take() {
    const taken = [...this.#items].map((item) => item.photo);
    for (const item of this.#items) this.#remove(item);
    return taken;
  }

  #place(file) {
    const preview = URL.createObjectURL(file);
    const button = element(
      "button",
      { type: "button", class: "remove", "aria-label": this.#texts.removePhoto(file.name) },
      icon("close"),
    );
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
        element("span", { class: "busy" }, spoken(this.#texts.uploading)),
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
    this.#upload(item);
  }

  async #upload(item) {
    if (!this.#items.has(item) || !this.#ready()) return;
    item.uploading = true;
    try {
      item.photo = await this.#photos.upload(item.file, item.abort.signal);
      item.element.querySelector(".busy").remove();
    } catch (error) {
      this.#failed(item, error);
    } finally {
      item.uploading = false;
    }
    if (item.photo) this.#onUploaded();
  }

  #failed(item, error) {
    if (!this.#items.has(item)) return;
    item.failures += 1;
    if (error instanceof PhotoRefused || item.failures >= TRIES) {
      this.#notify(error instanceof PhotoRefused ? error.message : this.#texts.photoRefused(item.file.name));
      this.#remove(item);
      return;
    }
    // Without a connection this does nothing, and the reconnection takes it up.
    setTimeout(() => item.uploading || this.#upload(item), RETRY_MS);
  }

  #remove(item) {
    if (!this.#items.delete(item)) return;
    item.abort.abort();
    item.element.remove();
    URL.revokeObjectURL(item.preview);
    this.element.hidden = this.empty;
  }
}
