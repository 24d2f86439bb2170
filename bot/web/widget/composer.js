// @ts-check
/** Where the customer writes: text, photos, and the sentences about what can't be sent. */

import { element } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { PhotoTray } from "../shared/photo_tray.js";
import { MAX_LENGTH, photoInput, sendOnEnter, takePastedFiles, textLength } from "../shared/text_box.js";

/** @import { Photo } from "../shared/types.js" */
/** @import { PhotoLoader } from "./photo_loader.js" */
/** @import { WidgetTexts } from "./texts.js" */

const COUNT_FROM = 3600;
const TYPING_EVERY_MS = 3_000;

export class Composer {
  #texts;
  #onSend;
  #onTyping;
  #onDraft;
  #box;
  #tray;
  #counter = element("p", { class: "counter", id: "counter" });
  #notice = element("p", { class: "notice", role: "alert" });
  #typingSentAt = 0;
  #sendsWhenUploaded = false;

  /**
   * @param {object} options
   * @param {WidgetTexts} options.texts
   * @param {PhotoLoader} options.photos
   * @param {string} options.draft
   * @param {() => boolean} options.connected
   * @param {(content: { text: string, photos: Photo[] }) => void} options.onSend
   * @param {() => void} options.onTyping
   * @param {(text: string) => void} options.onDraft called with the text after every change
   */
  constructor({ texts, photos, draft, connected, onSend, onTyping, onDraft }) {
    this.#texts = texts;
    this.#onSend = onSend;
    this.#onTyping = onTyping;
    this.#onDraft = onDraft;

    this.#box = element("textarea", {
      rows: "1",
      "aria-label": texts.text,
      "aria-describedby": "counter",
      placeholder: texts.text,
      enterkeyhint: "send",
      autocomplete: "off",
    });
    this.#box.value = draft;
    this.#tray = new PhotoTray({
      texts,
      upload: (file, signal) => photos.upload(file, signal),
      connected,
      onUploaded: () => this.#sendsWhenUploaded && this.#send(),
      notify: (sentence) => this.notify(sentence),
    });

    const files = photoInput((chosen) => this.attach(chosen));
    const attach = element(
      "button",
      { type: "button", class: "round attach", "aria-label": texts.attach, title: texts.attach },
      icon("photo"),
    );
    const send = element(
      "button",
      { type: "submit", class: "round send", "aria-label": texts.send, title: texts.send },
      icon("send"),
    );
    this.element = element(
      "form",
      { class: "composer", novalidate: true },
      this.#notice,
      this.#tray.element,
      element("div", { class: "row" }, attach, this.#box, send),
      this.#counter,
      files,
    );

    attach.addEventListener("click", () => files.click());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
      this.#box.focus();
    });
    sendOnEnter(this.#box, () => this.#send());
    takePastedFiles(this.#box, (pasted) => this.attach(pasted));
    this.#box.addEventListener("input", () => this.#changed());
  }

  /** @param {FileList} files */
  attach(files) {
    this.notify("");
    this.#tray.add(files);
  }

  /** The connection is back. */
  resume() {
    this.#tray.resume();
  }

  /**
   * Show a sentence above the text box; "" clears it.
   *
   * @param {string} sentence
   */
  notify(sentence) {
    this.#sendsWhenUploaded = false; // let the customer read the sentence first
    this.#notice.textContent = sentence;
  }

  /** Fit the height of the box to its text; only possible once it is drawn. */
  fitHeight() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight}px`;
  }

  #changed() {
    this.fitHeight();
    this.notify("");
    this.#count();
    this.#onDraft(this.#box.value);
    if (!this.#box.value || Date.now() - this.#typingSentAt < TYPING_EVERY_MS) return;
    this.#typingSentAt = Date.now();
    this.#onTyping();
  }

  #count() {
    const remaining = MAX_LENGTH - textLength(this.#box.value.trim());
    const isNear = remaining <= MAX_LENGTH - COUNT_FROM;
    this.#counter.textContent = isNear && remaining >= 0 ? this.#texts.remaining(remaining) : "";
    this.#box.setAttribute("aria-invalid", remaining < 0 ? "true" : "false");
    if (remaining < 0) this.notify(this.#texts.tooLong(MAX_LENGTH, -remaining));
  }

  #send() {
    const text = this.#box.value.trim();
    if (textLength(text) > MAX_LENGTH || (!text && this.#tray.empty)) return;
    if (!this.#tray.uploaded) {
      this.notify(this.#texts.sendsAfterPhoto);
      this.#sendsWhenUploaded = true;
      return;
    }
    this.#typingSentAt = 0;
    this.notify("");
    const photos = this.#tray.takeAll();
    this.#box.value = "";
    this.#onDraft("");
    this.fitHeight();
    this.#count();
    this.#onSend({ text, photos });
  }
}
