// @ts-check
/** One entry of the conversation as it is drawn: a message, a private note, or what is not sent yet. */

import { element, screenReaderText } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { textNodes } from "../shared/message_text.js";
import { fileUrl } from "./case_photos.js";
import { button } from "./controls.js";

/** @import { AttachedFile, Choice, Delivery, Message, Place } from "../shared/types.js" */
/** @import { IconName } from "../shared/icons.js" */
/** @import { Workspace } from "./workspace.js" */

/**
 * What a bubble shows; `isNote` also of a note that is not sent yet, `refusal` only of what the server
 * refused.
 *
 * @typedef {Pick<Message, "author" | "name" | "text" | "at"> & Partial<Omit<Message, "id">> & {
 *   key: string,
 *   kind: "message" | "note" | "unsent",
 *   isNote: boolean,
 *   id: string | null,
 *   refusal?: string | null,
 * }} BubbleEntry
 */

const OURS = new Set(["agent", "bot"]);
const WITHOUT_TEXT = new Set(["sticker", "contact", "unsupported", "location"]);

/** @type {Record<Delivery, IconName>} */
const DELIVERY_ICONS = {
  stored: "waiting",
  pending: "waiting",
  answered: "delivered",
  sent: "sent",
  delivered: "delivered",
  read: "delivered",
  failed: "failed",
};

export class Bubble {
  #workspace;
  #mark = element("span", { class: "mark" });
  /** @type {Map<string, HTMLLIElement>} by token */
  #choices = new Map();

  /**
   * @param {BubbleEntry} entry
   * @param {Workspace} workspace
   * @param {(id: string) => void} onEdit called to write a refused message again
   */
  constructor(entry, workspace, onEdit) {
    this.#workspace = workspace;
    const { format } = workspace;
    const { kind, isNote, author, seq, at } = entry;
    this.element = element(
      "div",
      { class: `message ${isNote ? "note" : author} ${kind}`, "data-seq": seq },
      element("p", { class: "author" }, isNote ? icon("lock") : null, this.#authorOf(entry), screenReaderText(":")),
      this.#body(entry),
      entry.choices?.length ? this.#choiceList(entry.choices) : null,
      element("p", { class: "foot" }, element("time", { datetime: at }, format.clock(at)), this.#mark),
    );
    if (kind === "unsent") this.#showUnsent(entry, onEdit);
    this.update(entry);
  }

  /**
   * Show what may have changed since the entry was first drawn.
   *
   * @param {BubbleEntry} entry
   */
  update({ kind, author, delivery, spent, chosen }) {
    const { texts } = this.#workspace;
    if (kind === "message" && delivery && OURS.has(author)) this.#setMark(delivery, texts.delivery(delivery));
    if (!spent) return;
    for (const [token, node] of this.#choices) {
      const isChosen = token === chosen;
      node.classList.toggle("chosen", isChosen);
      node.classList.toggle("spent", !isChosen);
      if (isChosen && !node.querySelector(".icon")) {
        node.prepend(icon("check"), screenReaderText(`${texts.chosen}: `));
      }
    }
  }

  /** @param {BubbleEntry} entry */
  #authorOf({ author, name, isNote }) {
    const { texts } = this.#workspace;
    if (isNote) return `${name} · ${texts.privateNote}`;
    return author === "bot" || !name ? texts.author(author) : name;
  }

  /** @param {BubbleEntry} entry */
  #body({ text, photos = [], files = [], what = "text", place, pressed }) {
    const { texts, photos: loader } = this.#workspace;
    return element(
      "div",
      { class: `body ${pressed ? "pressed" : ""}` },
      photos.length
        ? element("div", { class: "photos" }, ...photos.map((photo) => loader.button(photo)))
        : null,
      pressed ? element("span", { class: "pressed-word" }, texts.pressed) : null,
      ...files.map((file) => this.#file(file)),
      WITHOUT_TEXT.has(what)
        ? element("p", { class: "text" }, place ? this.#location(place) : texts.contentKind(what))
        : null,
      text ? element("p", { class: "text" }, ...textNodes(text)) : null,
    );
  }

  /**
   * A voice note, a video or a document: opened beside the console, which plays none of them.
   *
   * @param {AttachedFile} file
   */
  #file({ id, kind, name }) {
    const label = [this.#workspace.texts.contentKind(kind), name].filter(Boolean).join(": ");
    const link = element("a", { href: fileUrl(id), target: "_blank", rel: "noopener" }, label);
    return element("p", { class: "text" }, link);
  }

  /** @param {Place} place */
  #location({ name, address, latitude, longitude }) {
    const parts = [name, address, `${latitude}, ${longitude}`];
    return `${this.#workspace.texts.contentKind("location")}: ${parts.filter(Boolean).join(", ")}`;
  }

  /** @param {Choice[]} choices */
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
    return element("ul", { class: "choices", role: "list", "aria-label": this.#workspace.texts.choices }, ...items);
  }

  /**
   * @param {BubbleEntry} entry
   * @param {(id: string) => void} onEdit
   */
  #showUnsent({ id, refusal }, onEdit) {
    const { texts, outbox } = this.#workspace;
    if (!refusal || id === null) return this.#setMark("stored", texts.unsent);
    this.#setMark("failed", texts.notSent);
    this.element.append(
      element("p", { class: "refusal" }, refusal),
      element(
        "p",
        { class: "refused-actions" },
        button({ text: texts.edit, kind: "small plain" }, () => onEdit(id)),
        button({ text: texts.discard, kind: "small plain" }, () => outbox.remove(id)),
      ),
    );
  }

  /**
   * @param {Delivery} state
   * @param {string} words
   */
  #setMark(state, words) {
    if (this.#mark.dataset.state === state) return;
    this.#mark.dataset.state = state;
    this.#mark.replaceChildren(icon(DELIVERY_ICONS[state]), element("span", {}, words));
  }
}
