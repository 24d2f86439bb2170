// @ts-check
/** The list of messages: each once, in the server's order, unsent ones last, grouped by day. */

import { element } from "../shared/dom.js";
import { Bubble } from "./bubble.js";

/** @import { Message, Photo } from "../shared/types.js" */
/** @import { BubbleTools, ShownMessage } from "./bubble.js" */

/**
 * @param {Bubble} first
 * @param {Bubble} second
 */
const byOrder = (first, second) => first.order - second.order || 0; // Infinity - Infinity is NaN

/** @param {Date} date */
const dayOf = (date) => date.toDateString();

export class MessageList {
  #tools;
  #texts;
  /** @type {Bubble[]} */
  #bubbles = [];

  /** @param {BubbleTools} tools */
  constructor(tools) {
    this.#texts = tools.texts;
    this.#tools = tools;
    this.element = element("div", {
      class: "messages",
      role: "log",
      "aria-label": tools.texts.messages,
      "aria-live": "polite",
      // A mark that turns from "sent" to "delivered" is not worth an interruption.
      "aria-relevant": "additions",
    });
  }

  get lastSeq() {
    return Math.max(0, ...this.#bubbles.map((bubble) => bubble.seq ?? 0));
  }

  /**
   * What to ask for after a lost connection: everything from the first message that could have changed
   * meanwhile, so that marks and choices are right again too.
   */
  get resumeAfter() {
    const unsettled = this.#bubbles.filter((bubble) => bubble.unsettled).map((bubble) => bubble.seq);
    return Math.min(this.lastSeq, ...unsettled.filter((seq) => seq !== null).map((seq) => seq - 1));
  }

  /**
   * Show a message, or update the bubble that shows it already. Return true when it is new.
   *
   * @param {Message} message
   */
  show(message) {
    // A pressed choice shows on its button; a message of its own would repeat it.
    if (message.pressed) return false;
    const bubble = this.#find(message);
    if (bubble) {
      bubble.update(message);
      this.#sort(bubble);
      return false;
    }
    this.#insert(new Bubble(message, this.#tools));
    return true;
  }

  /**
   * Show many messages without having them read aloud.
   *
   * @param {Message[]} messages
   */
  showQuietly(messages) {
    this.element.setAttribute("aria-live", "off");
    this.element.setAttribute("aria-busy", "true");
    for (const message of messages) this.show(message);
    // Screen readers look at the region's state some time after the change.
    setTimeout(() => {
      this.element.setAttribute("aria-busy", "false");
      this.element.setAttribute("aria-live", "polite");
    }, 500);
  }

  /**
   * Show a message of the customer that the server doesn't have yet.
   *
   * @param {{ id: string, text: string, photos: Photo[], at: string }} entry
   */
  showUnsent({ id, text, photos, at }) {
    if (this.#byId(id)) return;
    /** @type {ShownMessage} */
    const message = { seq: null, id, author: "customer", name: null, text, photos, choices: [], at };
    this.#insert(new Bubble(message, this.#tools));
  }

  /**
   * The server has stored a message.
   *
   * @param {string} id
   * @param {number} seq
   * @param {string} at
   */
  setStored(id, seq, at) {
    const bubble = this.#byId(id);
    if (!bubble) return;
    bubble.setStored(seq, at);
    this.#sort(bubble);
  }

  /** @param {string} id */
  setAnswered(id) {
    this.#byId(id)?.setMark("delivered");
  }

  /**
   * @param {string} id
   * @param {string} reason
   */
  setRefused(id, reason) {
    this.#byId(id)?.setRefused(reason, this.lastSeq);
  }

  /**
   * Return the group of choices that has this one, or null.
   *
   * @param {string} token
   */
  choicesWith(token) {
    return this.#bubbles.find((bubble) => bubble.choices?.has(token))?.choices ?? null;
  }

  /**
   * @param {number} seq
   * @param {string | null} chosen
   */
  setSpent(seq, chosen) {
    this.#bubbles.find((bubble) => bubble.seq === seq)?.choices?.setSpent(chosen);
  }

  clear() {
    this.#bubbles = [];
    this.element.replaceChildren();
  }

  /** @param {string} id */
  #byId(id) {
    return this.#bubbles.find((bubble) => bubble.id === id);
  }

  /** @param {Message} message */
  #find({ seq, id }) {
    return this.#bubbles.find((bubble) => bubble.seq === seq) ?? (id ? this.#byId(id) : undefined);
  }

  /** @param {Bubble} bubble */
  #insert(bubble) {
    // Nearly always the last: search from the end.
    let index = this.#bubbles.length;
    while (index > 0 && byOrder(this.#bubbles[index - 1], bubble) > 0) index -= 1;
    const next = this.#bubbles[index];
    this.element.insertBefore(bubble.element, next ? (next.separator ?? next.element) : null);
    this.#bubbles.splice(index, 0, bubble);
    this.#group(index);
    this.#group(index + 1);
  }

  /**
   * Move a bubble only if it is in the wrong place: what moves is read aloud again.
   *
   * @param {Bubble} bubble
   */
  #sort(bubble) {
    const index = this.#bubbles.indexOf(bubble);
    const previous = this.#bubbles[index - 1];
    const next = this.#bubbles[index + 1];
    const inPlace = (!previous || byOrder(previous, bubble) <= 0) && (!next || byOrder(bubble, next) <= 0);
    if (inPlace) return;
    bubble.separator?.remove();
    bubble.separator = null;
    this.#bubbles.splice(index, 1);
    this.#group(index);
    this.#insert(bubble);
  }

  /**
   * Show the day and the author of the bubble at this index, unless the previous one shows the same.
   *
   * @param {number} index
   */
  #group(index) {
    const bubble = this.#bubbles[index];
    if (!bubble) return;
    const previous = this.#bubbles[index - 1];
    const opensDay = !previous || dayOf(previous.at) !== dayOf(bubble.at);
    if (opensDay && !bubble.separator) {
      bubble.separator = element("p", { class: "day" }, element("time"));
      bubble.element.before(bubble.separator);
      this.#nameDays();
    } else if (!opensDay) {
      bubble.separator?.remove();
      bubble.separator = null;
    }
    if (!previous) {
      bubble.element.classList.remove("continues");
      return;
    }
    const sameAuthor = previous.author === bubble.author && previous.name === bubble.name;
    bubble.element.classList.toggle("continues", sameAuthor && !opensDay);
    // One time of day is enough for what one author writes within a minute.
    previous.element.classList.toggle("goes-on", sameAuthor && previous.clock === bubble.clock);
  }

  /** All of them: yesterday's "today" has to change when a new day begins. */
  #nameDays() {
    for (const { separator, at } of this.#bubbles) {
      if (separator?.firstChild) separator.firstChild.textContent = this.#dayName(at);
    }
  }

  /** @param {Date} date */
  #dayName(date) {
    const today = new Date();
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
    if (dayOf(date) === dayOf(today)) return this.#texts.today;
    if (dayOf(date) === dayOf(yesterday)) return this.#texts.yesterday;
    return date.toLocaleDateString(this.#texts.locale, {
      weekday: "long",
      day: "numeric",
      month: "long",
      year: date.getFullYear() === today.getFullYear() ? undefined : "numeric",
    });
  }
}
