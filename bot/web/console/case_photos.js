/** Photos to and from the server, which shows them to those who may see the case. */

import { element } from "../shared/dom.js";
import { PhotoRefused } from "/widget/photo_loader.js";

const KINDS = ["image/jpeg", "image/png", "image/webp"];
const MAX_BYTES = 10 * 1024 * 1024;

export class Photos {
  #api;
  #texts;
  #lightbox;

  constructor({ api, texts, lightbox }) {
    this.#api = api;
    this.#texts = texts;
    this.#lightbox = lightbox;
  }

  /** What a tray of the widget's needs, for one case. */
  to(reference) {
    const path = `api/cases/${encodeURIComponent(reference)}/photos`;
    return { problem: (file) => this.#problem(file), upload: (file, signal) => this.#upload(path, file, signal) };
  }

  /** A button that shows the photo large. Its size is known, so nothing jumps when it arrives. */
  show({ id, width, height }, size = 14) {
    const url = `/console/api/photos/${encodeURIComponent(id)}`;
    const image = element("img", { src: url, alt: this.#texts.photo, loading: "lazy" });
    image.style.aspectRatio = `${width} / ${height}`;
    image.style.width = `min(${width}px, ${size}em, ${(size * width) / height}em)`;
    const node = element("button", { type: "button", class: "photo", "aria-label": this.#texts.showPhoto }, image);
    node.addEventListener("click", () => this.#lightbox.show(url));
    image.addEventListener("error", () => {
      node.replaceWith(element("p", { class: "missing quiet" }, this.#texts.photoMissing));
    });
    return node;
  }

  #problem(file) {
    if (!KINDS.includes(file.type)) return this.#texts.photoKind(file.name);
    if (file.size > MAX_BYTES) return this.#texts.photoSize(file.name);
    return null;
  }

  async #upload(path, file, signal) {
    const body = new FormData();
    body.append("photo", file);
    try {
      return await this.#api.upload(path, body, signal);
    } catch (error) {
      if (error.passes === false && error.hasText) throw new PhotoRefused(error.message);
      throw error;
    }
  }
}
