/** Photos to and from the server, which shows them only to the session they belong to. */

import { element } from "../shared/dom.js";

const KINDS = ["image/jpeg", "image/png", "image/webp"];
const MAX_BYTES = 10 * 1024 * 1024;
const WIDEST_EM = 17;
const TALLEST_EM = 15;

/** Naming the kinds, rather than every image, makes a phone convert its own format to one of them. */
export const ACCEPTED = KINDS.join(",");

/** The server said no, and `message` says why, for the customer to read. */
export class PhotoRefused extends Error {}

export class Photos {
  #address;
  #session;
  #language;
  #texts;
  #lightbox;
  #pictures = new Map(); // photo id → promise of a local URL

  /** `session` gives the token of the moment. */
  constructor({ home, session, language, texts, lightbox }) {
    this.#address = new URL("chat/photos", home);
    this.#session = session;
    this.#language = language;
    this.#texts = texts;
    this.#lightbox = lightbox;
  }

  /** Why this file can't be sent, or null. */
  problem(file) {
    if (!KINDS.includes(file.type)) return this.#texts.photoKind(file.name);
    if (file.size > MAX_BYTES) return this.#texts.photoSize(file.name);
    return null;
  }

  /** → {id, width, height}; PhotoRefused when trying again is useless, any other error when it isn't. */
  async upload(file, signal) {
    const body = new FormData();
    body.append("photo", file);
    const response = await fetch(this.#address, { method: "POST", headers: this.#headers(), body, signal });
    if (response.status >= 500) throw new Error(`photo not taken: ${response.status}`);
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new PhotoRefused(answer.text ?? this.#texts.photoRefused(file.name));
    this.#pictures.set(answer.id, Promise.resolve(URL.createObjectURL(file)));
    return answer;
  }

  /** A button that shows the photo large. Its size is known, so nothing jumps when it arrives. */
  show({ id, width, height }) {
    const image = element("img", { alt: this.#texts.photo });
    image.style.aspectRatio = `${width} / ${height}`;
    image.style.width = `min(${width}px, ${WIDEST_EM}em, ${(TALLEST_EM * width) / height}em)`;
    const button = element(
      "button",
      { type: "button", class: "photo", "aria-label": this.#texts.showPhoto },
      image,
    );
    button.addEventListener("click", () => image.src && this.#lightbox.show(image.src));
    this.#picture(id).then(
      (url) => (image.src = url),
      () => button.replaceWith(element("p", { class: "missing" }, this.#texts.photoMissing)),
    );
    return button;
  }

  #picture(id) {
    if (!this.#pictures.has(id)) {
      const picture = this.#download(id);
      // What failed is tried again the next time it is asked for.
      picture.catch(() => this.#pictures.delete(id));
      this.#pictures.set(id, picture);
    }
    return this.#pictures.get(id);
  }

  async #download(id) {
    const response = await fetch(`${this.#address}/${encodeURIComponent(id)}`, { headers: this.#headers() });
    if (!response.ok) throw new Error(`photo not given: ${response.status}`);
    return URL.createObjectURL(await response.blob());
  }

  #headers() {
    // Refusals are for the customer to read: in the chat's language, not the browser's.
    return { Authorization: `Bearer ${this.#session()}`, "Accept-Language": this.#language };
  }
}
