/** One message as it is drawn: who, what, when, and for the customer's own whether it arrived. */

import { Choices } from "./choices.js";
import { element, icon, spoken } from "../shared/dom.js";

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/;
// "Q-4827-3916", "7FQW-RUHV-274P": read out and copied in one piece, so they stay on one line.
const CODE = /\b[A-Z\d]{1,4}(?:-[A-Z\d]{4}){2}\b/;
const SPECIAL = new RegExp(`(${LINK.source}|${CODE.source})`);

/** The company's addresses can be pressed and its codes stay whole; all else is the text it is. */
function words(text, author) {
  const paragraph = element("p", { class: "text" });
  if (author === "customer") {
    paragraph.textContent = text;
    return paragraph;
  }
  // Splitting on one group puts what it matched at the odd places.
  text.split(SPECIAL).forEach((part, place) => {
    if (place % 2 === 0) paragraph.append(part);
    else if (LINK.test(part)) {
      paragraph.append(element("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part));
    } else paragraph.append(element("span", { class: "whole" }, part));
  });
  return paragraph;
}

function body({ text, author, photos: shown }, photos) {
  if (!text && !shown.length) return null;
  return element(
    "div",
    { class: "body" },
    shown.length
      ? element("div", { class: "photos" }, ...shown.map((photo) => photos.show(photo)))
      : null,
    text ? words(text, author) : null,
  );
}

function markFor(message) {
  if (message.seq === null) return "waiting";
  return message.delivery === "stored" || message.delivery === "sent" ? "sent" : "delivered";
}

export class Bubble {
  #texts;
  #mark;
  #time;
  #refusedAfter = null;

  /** `seq` is null until the server has the message. */
  constructor(message, { texts, photos, onChoose }) {
    this.#texts = texts;
    this.id = message.id;
    this.seq = message.seq;
    this.at = new Date(message.at);
    this.author = message.author;
    this.name = message.name;
    this.separator = null; // the day's name above it, when it opens a day

    const author = message.name ?? texts.author[message.author];
    this.#time = element("time", { datetime: message.at }, this.clock);
    this.#mark = message.author === "customer" ? element("span", { class: "mark" }) : null;
    this.choices = message.choices.length ? new Choices(message.choices, texts, onChoose) : null;

    this.element = element(
      "div",
      { class: `message ${message.author}`, "data-author": message.author },
      // Seen once for a run of messages; heard with every one.
      element("p", { class: "author" }, author, spoken(":")),
      body(message, photos),
      this.choices?.element,
      element("p", { class: "foot" }, this.#time, this.#mark),
    );
    this.update(message);
  }

  /** Take over what may change after a message was first drawn. */
  update(message) {
    this.seq = message.seq ?? this.seq;
    if (message.seq !== null) this.element.dataset.seq = message.seq;
    this.#date(message.at);
    this.mark(markFor({ ...message, seq: this.seq }));
    if (message.spent) this.choices?.spend(message.chosen);
  }

  stored(seq, at) {
    this.seq = seq;
    this.element.dataset.seq = seq;
    this.#date(at);
    // A message sent twice is stored once and reported twice, maybe after its answer.
    if (this.#mark.dataset.state !== "delivered") this.mark("sent");
  }

  /** Where it stands in the list: unsent ones last, refused ones where they were refused. */
  get order() {
    return this.seq ?? this.#refusedAfter ?? Infinity;
  }

  /** The server won't have it; `lastSeq` is where the conversation was then. */
  fail(reason, lastSeq) {
    this.#refusedAfter = lastSeq + 0.5;
    this.mark("failed");
    this.element.classList.add("refused");
    this.element.append(element("p", { class: "reason" }, reason));
  }

  mark(state) {
    if (!this.#mark || this.#mark.dataset.state === state) return;
    this.#mark.dataset.state = state;
    this.#mark.replaceChildren(icon(state), spoken(this.#texts.mark[state]));
  }

  /** Not yet over on the server's side: the message unanswered, or its alternatives unspent. */
  get unsettled() {
    if (this.author === "customer") return this.#mark.dataset.state !== "delivered";
    return this.choices !== null && !this.choices.spent;
  }

  #date(at) {
    this.at = new Date(at);
    this.#time.setAttribute("datetime", at);
    this.#time.textContent = this.clock;
  }

  get clock() {
    return this.at.toLocaleTimeString(this.#texts.locale, { hour: "numeric", minute: "2-digit" });
  }
}
