/** Where the customer writes: text, photos, and the sentences about what can't be sent. */

import { element, icon } from "../shared/dom.js";
import { ACCEPTED } from "./photo_loader.js";
import { Tray } from "../shared/photo_tray.js";

const MAX_LENGTH = 4096; // the server takes no more
const COUNT_FROM = 3600;
const TYPING_EVERY_MS = 3_000;

/** Characters as people and the server count them: an emoji is one. */
const lengthOf = (text) => [...text].length;

export class Composer {
  #texts;
  #onSend;
  #onTyping;
  #onDraft;
  #box;
  #tray;
  #counter;
  #notice;
  #typedAt = 0;
  #sendsWhenUploaded = false;

  /** `onSend({text, photos})`, `onTyping()`, `onDraft(text)`; `ready` tells whether we are connected. */
  constructor({ texts, photos, draft, ready, onSend, onTyping, onDraft }) {
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
    this.#counter = element("p", { class: "counter", id: "counter" });
    this.#notice = element("p", { class: "notice", role: "alert" });
    this.#tray = new Tray({
      photos,
      texts,
      ready,
      onUploaded: () => this.#sendsWhenUploaded && this.#send(),
      notify: (sentence) => this.notify(sentence),
    });

    const files = element("input", { type: "file", accept: ACCEPTED, multiple: true, hidden: true });
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
    files.addEventListener("change", () => {
      this.attach(files.files);
      files.value = ""; // the same photo may be chosen again after it was removed
    });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
      this.#box.focus();
    });
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.#box.addEventListener("input", () => this.#typed());
    this.#box.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.attach(event.clipboardData.files);
    });
  }

  focus() {
    this.#box.focus();
  }

  attach(files) {
    this.notify("");
    this.#tray.add(files);
  }

  /** The connection is back. */
  resume() {
    this.#tray.resume();
  }

  notify(sentence) {
    this.#sendsWhenUploaded = false; // whatever there is to say, let the customer read it first
    this.#notice.textContent = sentence;
  }

  /** Fit the box to its text; only possible once it is drawn. */
  fit() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight}px`;
  }

  #typed() {
    this.fit();
    this.notify("");
    this.#count();
    this.#onDraft(this.#box.value);
    if (!this.#box.value || Date.now() - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = Date.now();
    this.#onTyping();
  }

  #count() {
    const left = MAX_LENGTH - lengthOf(this.#box.value.trim());
    const near = left <= MAX_LENGTH - COUNT_FROM;
    this.#counter.textContent = near && left >= 0 ? this.#texts.remaining(left) : "";
    this.#box.setAttribute("aria-invalid", left < 0 ? "true" : "false");
    if (left < 0) this.notify(this.#texts.tooLong(MAX_LENGTH, -left));
  }

  #send() {
    const text = this.#box.value.trim();
    if (lengthOf(text) > MAX_LENGTH || (!text && this.#tray.empty)) return;
    if (!this.#tray.uploaded) {
      this.notify(this.#texts.sendsAfterPhoto);
      this.#sendsWhenUploaded = true;
      return;
    }
    this.#typedAt = 0;
    this.notify("");
    const photos = this.#tray.take();
    this.#box.value = "";
    this.#onDraft("");
    this.fit();
    this.#count();
    this.#onSend({ text, photos });
  }
}
