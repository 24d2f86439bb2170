// @ts-check
/** One message as it is drawn: author, content, time, and the delivery mark of the customer's own. */

import { element, screenReaderText } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { textNodes } from "../shared/message_text.js";
import { Choices } from "./choices.js";

/** @import { Author, Choice, Delivery, Photo } from "../shared/types.js" */
/** @import { PhotoLoader } from "./photo_loader.js" */
/** @import { WidgetTexts } from "./texts.js" */

/**
 * What a bubble needs of a message; `seq` is null until the server has it.
 *
 * @typedef {{
 *   seq: number | null,
 *   id: string | null,
 *   author: Author,
 *   name: string | null,
 *   text: string,
 *   photos: Photo[],
 *   choices: Choice[],
 *   at: string,
 *   delivery?: Delivery,
 *   spent?: boolean,
 *   chosen?: string | null,
 * }} ShownMessage
 */

/** @typedef {"waiting" | "sent" | "delivered" | "failed"} Mark */

/**
 * @typedef {{
 *   texts: WidgetTexts,
 *   photos: PhotoLoader,
 *   onChoose: (choice: Choice) => void,
 * }} BubbleTools
 */

export class Bubble {
  #texts;
  /** @type {HTMLSpanElement | null} only on the customer's own messages */
  #mark;
  #time;
  /** @type {number | null} */
  #refusedAfter = null;
  /** @type {HTMLParagraphElement | null} the day's name above it, when it is the first of a day */
  separator = null;

  /**
   * @param {ShownMessage} message
   * @param {BubbleTools} tools
   */
  constructor(message, { texts, photos, onChoose }) {
    this.#texts = texts;
    this.id = message.id;
    this.seq = message.seq;
    this.at = new Date(message.at);
    this.author = message.author;
    this.name = message.name;

    const author = message.name ?? texts.author[message.author];
    this.#time = element("time", { datetime: message.at }, this.clock);
    this.#mark = message.author === "customer" ? element("span", { class: "mark" }) : null;
    this.choices = message.choices.length ? new Choices(message.choices, texts, onChoose) : null;

    this.element = element(
      "div",
      { class: `message ${message.author}`, "data-author": message.author },
      // Drawn once for a run of messages; read aloud with every one.
      element("p", { class: "author" }, author, screenReaderText(":")),
      bubbleBody(message, photos),
      this.choices?.element,
      element("p", { class: "foot" }, this.#time, this.#mark),
    );
    this.update(message);
  }

  /**
   * Show what may have changed since the message was first drawn.
   *
   * @param {ShownMessage} message
   */
  update(message) {
    if (message.seq !== null) this.#setSeq(message.seq);
    this.#setTime(message.at);
    this.setMark(this.seq === null ? "waiting" : markOf(message.delivery));
    if (message.spent) this.choices?.setSpent(message.chosen ?? null);
  }

  /**
   * The server has stored the message.
   *
   * @param {number} seq
   * @param {string} at
   */
  setStored(seq, at) {
    this.#setSeq(seq);
    this.#setTime(at);
    // A message sent twice is stored once and reported twice, maybe after its answer.
    if (this.#mark?.dataset.state !== "delivered") this.setMark("sent");
  }

  /** Its rank in the list: unsent messages last, refused ones where they were refused. */
  get order() {
    return this.seq ?? this.#refusedAfter ?? Infinity;
  }

  /**
   * The server refuses the message.
   *
   * @param {string} reason
   * @param {number} lastSeq the last position of the conversation at that time
   */
  setRefused(reason, lastSeq) {
    this.#refusedAfter = lastSeq + 0.5;
    this.setMark("failed");
    this.element.classList.add("refused");
    this.element.append(element("p", { class: "reason" }, reason));
  }

  /** @param {Mark} state */
  setMark(state) {
    if (!this.#mark || this.#mark.dataset.state === state) return;
    this.#mark.dataset.state = state;
    this.#mark.replaceChildren(icon(state), screenReaderText(this.#texts.mark[state]));
  }

  /** True while the server may still change it: the message is unanswered, or its choices are open. */
  get unsettled() {
    if (this.author === "customer") return this.#mark?.dataset.state !== "delivered";
    return this.choices !== null && !this.choices.spent;
  }

  get clock() {
    return this.at.toLocaleTimeString(this.#texts.locale, { hour: "numeric", minute: "2-digit" });
  }

  /** @param {number} seq */
  #setSeq(seq) {
    this.seq = seq;
    this.element.dataset.seq = String(seq);
  }

  /** @param {string} at */
  #setTime(at) {
    this.at = new Date(at);
    this.#time.setAttribute("datetime", at);
    this.#time.textContent = this.clock;
  }
}

/**
 * @param {ShownMessage} message
 * @param {PhotoLoader} loader
 */
function bubbleBody({ text, author, photos }, loader) {
  if (!text && !photos.length) return null;
  // The customer's own text stays the text it is; the company's has links and codes.
  const nodes = author === "customer" ? [text] : textNodes(text, { links: true });
  return element(
    "div",
    { class: "body" },
    photos.length
      ? element("div", { class: "photos" }, ...photos.map((photo) => loader.button(photo)))
      : null,
    text ? element("p", { class: "text" }, ...nodes) : null,
  );
}

/** @param {Delivery | undefined} delivery */
const markOf = (delivery) => (delivery === "stored" || delivery === "sent" ? "sent" : "delivered");
