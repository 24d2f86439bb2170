/** The list of messages: each once, in the server's order, unsent ones last, grouped by day. */

import { Bubble } from "./bubble.js";
import { element } from "../shared/dom.js";

const byOrder = (one, other) => one.order - other.order || 0;
const dayOf = (date) => date.toDateString();

export class Messages {
  #tools;
  #texts;
  #bubbles = [];

  constructor({ texts, photos, onChoose }) {
    this.#texts = texts;
    this.#tools = { texts, photos, onChoose };
    this.element = element("div", {
      class: "messages",
      role: "log",
      "aria-label": texts.messages,
      "aria-live": "polite",
      // A mark that turns from "sent" to "delivered" is not news worth interrupting for.
      "aria-relevant": "additions",
    });
  }

  get lastSeq() {
    return Math.max(0, ...this.#bubbles.map((bubble) => bubble.seq ?? 0));
  }

  /**
   * What to ask for after a break: everything from the first message that could have changed
   * meanwhile, so that marks and alternatives are right again too.
   */
  get resumeAfter() {
    const open = this.#bubbles.filter((bubble) => bubble.seq !== null && bubble.unsettled);
    return Math.min(this.lastSeq, ...open.map((bubble) => bubble.seq - 1));
  }

  /** Show a message, or bring the one that is already there up to date. True when it is new. */
  show(message) {
    // A pressed alternative shows on its button; saying it again would be an echo.
    if (message.pressed) return false;
    const known = this.#find(message);
    if (known) {
      known.update(message);
      this.#sort(known);
      return false;
    }
    this.#insert(new Bubble(message, this.#tools));
    return true;
  }

  /** Show many without reading them aloud. */
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

  /** A message of the customer that the server doesn't have yet. */
  showUnsent({ id, text, photos, at }) {
    if (this.#byId(id)) return;
    this.#insert(
      new Bubble({ seq: null, id, author: "customer", name: null, text, photos, choices: [], at }, this.#tools),
    );
  }

  stored(id, seq, at) {
    const bubble = this.#byId(id);
    if (!bubble) return;
    bubble.stored(seq, at);
    this.#sort(bubble);
  }

  answered(id) {
    this.#byId(id)?.mark("delivered");
  }

  fail(id, reason) {
    this.#byId(id)?.fail(reason, this.lastSeq);
  }

  choicesWith(token) {
    return this.#bubbles.find((bubble) => bubble.choices?.has(token))?.choices ?? null;
  }

  spend(seq, chosen) {
    this.#bubbles.find((bubble) => bubble.seq === seq)?.choices?.spend(chosen);
  }

  clear() {
    this.#bubbles = [];
    this.element.replaceChildren();
  }

  #byId(id) {
    return this.#bubbles.find((bubble) => bubble.id === id);
  }

  #find({ seq, id }) {
    return this.#bubbles.find((bubble) => bubble.seq === seq) ?? (id ? this.#byId(id) : undefined);
  }

  #insert(bubble) {
    // Nearly always the last; look from the end.
    let place = this.#bubbles.length;
    while (place > 0 && byOrder(this.#bubbles[place - 1], bubble) > 0) place -= 1;
    const next = this.#bubbles[place];
    this.element.insertBefore(bubble.element, next ? (next.separator ?? next.element) : null);
    this.#bubbles.splice(place, 0, bubble);
    this.#arrange(place);
    this.#arrange(place + 1);
  }

  /** Move a bubble only when it really is in the wrong place: moving means being read aloud again. */
  #sort(bubble) {
    const place = this.#bubbles.indexOf(bubble);
    const before = this.#bubbles[place - 1];
    const after = this.#bubbles[place + 1];
    const inPlace = (!before || byOrder(before, bubble) <= 0) && (!after || byOrder(bubble, after) <= 0);
    if (inPlace) return;
    bubble.separator?.remove();
    bubble.separator = null;
    this.#bubbles.splice(place, 1);
    this.#arrange(place);
    this.#insert(bubble);
  }

  /** Give the bubble at this place its day's name and its author's, unless the one before has them. */
  #arrange(place) {
    const bubble = this.#bubbles[place];
    if (!bubble) return;
    const before = this.#bubbles[place - 1];
    const opensDay = !before || dayOf(before.at) !== dayOf(bubble.at);
    if (opensDay && !bubble.separator) {
      bubble.separator = element("p", { class: "day" }, element("time"));
      bubble.element.before(bubble.separator);
      this.#nameDays();
    } else if (!opensDay) {
      bubble.separator?.remove();
      bubble.separator = null;
    }
    const sameVoice = before && before.author === bubble.author && before.name === bubble.name;
    bubble.element.classList.toggle("continues", Boolean(sameVoice) && !opensDay);
    // One time of day is enough for what one voice says within a minute.
    before?.element.classList.toggle("goes-on", sameVoice && before.clock === bubble.clock);
  }

  /** All of them, for yesterday's "today" has to change when a new day opens. */
  #nameDays() {
    for (const { separator, at } of this.#bubbles) {
      if (separator) separator.firstChild.textContent = this.#dayName(at);
    }
  }

  #dayName(date) {
    const today = new Date();
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
    if (dayOf(date) === dayOf(today)) return this.#texts.today;
    if (dayOf(date) === dayOf(yesterday)) return this.#texts.yesterday;
    const year = date.getFullYear() === today.getFullYear() ? {} : { year: "numeric" };
    return date.toLocaleDateString(this.#texts.locale, {
      weekday: "long",
      day: "numeric",
      month: "long",
      ...year,
    });
  }
}
