/** One entry of the conversation as it is drawn: a message, an internal note, or what is not sent yet. */

import { element, spoken } from "../shared/dom.js";
import { button } from "./controls.js";
import { icon } from "../shared/icons.js";

const OURS = new Set(["agent", "bot"]);
const WORDLESS = new Set(["sticker", "contact", "unsupported", "location"]);
const DRAWING = { stored: "waiting", pending: "waiting", answered: "delivered", sent: "sent", delivered: "delivered", read: "delivered", failed: "failed" };

// "Q-4827-3916", "7FQW-RUHV-274P": read out and copied in one piece, so they stay on one line.
const CODE = /\b([A-Z\d]{1,4}(?:-[A-Z\d]{4}){2})\b/;

/** Splitting on one group puts what it matched at the odd places. */
const whole = (text) =>
  text.split(CODE).map((part, place) => (place % 2 ? element("span", { class: "whole" }, part) : part));

export class Bubble {
  #desk;
  #mark;
  #choices = new Map();

  /** `entry`: {kind: "message" | "note" | "unsent", author, name, text, photos, choices, at, …}. */
  constructor(entry, desk, { onEdit } = {}) {
    this.#desk = desk;
    const { texts, format } = desk;
    const isNote = entry.kind === "note" || entry.noteToBe;
    this.#mark = element("span", { class: "mark" });
    this.element = element(
      "div",
      { class: `message ${isNote ? "note" : entry.author} ${entry.kind}`, "data-seq": entry.seq },
      element("p", { class: "author" }, isNote ? icon("lock") : null, this.#author(entry, isNote), spoken(":")),
      this.#body(entry),
      entry.choices?.length ? this.#choiceList(entry.choices) : null,
      element("p", { class: "foot" }, element("time", { datetime: entry.at }, format.clock(entry.at)), this.#mark),
    );
    if (entry.kind === "unsent") this.#unsent(entry, onEdit);
    this.update(entry);
  }

  /** Take over what may change after it was first drawn. */
  update({ kind, author, delivery, spent, chosen }) {
    if (kind === "message" && OURS.has(author)) this.#show(delivery, this.#desk.texts.delivery(delivery));
    if (!spent) return;
    for (const [token, node] of this.#choices) {
      node.classList.toggle("chosen", token === chosen);
      node.classList.toggle("spent", token !== chosen);
      if (token === chosen && !node.querySelector(".icon")) {
        node.prepend(icon("check"), spoken(`${this.#desk.texts.chosen}: `));
      }
    }
  }

  #author({ kind, author, name }, isNote) {
    const { texts, me } = this.#desk;
    if (kind === "unsent") name = me.agent.name;
    if (isNote) return `${name ?? author} · ${texts.privateNote}`;
    return author === "bot" || !name ? texts.author(author) : name;
  }

  #body({ text, photos = [], files = [], what, place, pressed }) {
    const { texts } = this.#desk;
    return element(
      "div",
      { class: `body ${pressed ? "pressed" : ""}` },
      photos.length
        ? element("div", { class: "photos" }, ...photos.map((photo) => this.#desk.photos.show(photo)))
        : null,
      pressed ? element("span", { class: "pressed-word" }, texts.pressed) : null,
      ...files.map((file) => this.#file(file)),
      WORDLESS.has(what) ? element("p", { class: "text" }, this.#place(place) ?? texts.came(what)) : null,
      text ? element("p", { class: "text" }, ...whole(text)) : null,
    );
  }

  /** A voice note, a video or a document: opened beside the console, which plays none of them. */
  #file({ id, kind, name }) {
    const href = `/console/api/photos/${encodeURIComponent(id)}`;
    const says = [this.#desk.texts.came(kind), name].filter(Boolean).join(": ");
    return element("p", { class: "text" }, element("a", { href, target: "_blank", rel: "noopener" }, says));
  }

  #place(place) {
    if (!place) return null;
    const at = [place.name, place.address, `${place.latitude}, ${place.longitude}`];
    return [this.#desk.texts.came("location"), at.filter(Boolean).join(", ")].join(": ");
  }

  #choiceList(choices) {
    const items = choices.map(({ token, title, detail }) => {
      const node = element(
        "li",
        {},
        element("strong", {}, title),
        detail ? element("span", { class: "detail" }, detail) : null,
      );
      this.#choices.set(token, node);
      return node;
    });
    return element("ul", { class: "choices", role: "list", "aria-label": this.#desk.texts.choices }, ...items);
  }

  #unsent({ id, refusal }, onEdit) {
    const { texts, outbox } = this.#desk;
    this.#show(refusal ? "failed" : "stored", refusal ? texts.notSent : texts.unsent);
    if (!refusal) return;
    this.element.append(
      element("p", { class: "refusal" }, refusal),
      element(
        "p",
        { class: "again" },
        button({ text: texts.edit, kind: "small plain" }, () => onEdit(id)),
        button({ text: texts.discard, kind: "small plain" }, () => outbox.take(id)),
      ),
    );
  }

  #show(state, words) {
    if (this.#mark.dataset.state === state) return;
    this.#mark.dataset.state = state;
    this.#mark.replaceChildren(icon(DRAWING[state] ?? "sent"), element("span", {}, words ?? state));
  }
}
