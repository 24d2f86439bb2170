// @ts-check
/** What an agent was writing in each case, kept through reloads and sign-ins. */

/** @import { Fact, Photo } from "../shared/types.js" */
/** @import { PrefixedStorage } from "../shared/storage.js" */
/** @import { OutboxEntry } from "./outbox.js" */

/** @typedef {"reply" | "note"} ComposerMode */

/**
 * @typedef {{
 *   reply: string,
 *   note: string,
 *   photos: Photo[],
 *   known: Fact[] | null,
 * }} DraftContent `photos` are uploaded already; `known` is the facts that the reply asks for again
 */

/** @type {DraftContent} */
const EMPTY = { reply: "", note: "", photos: [], known: null };

export class Draft {
  #storage;
  #key;
  /** @type {DraftContent} */
  #content;

  /**
   * @param {PrefixedStorage} storage
   * @param {string} reference
   */
  constructor(storage, reference) {
    this.#storage = storage;
    this.#key = `draft ${reference}`;
    this.#content = { ...EMPTY, ...storage.getJson(this.#key) };
  }

  /**
   * @template {keyof DraftContent} Name
   * @param {Name} name
   * @returns {DraftContent[Name]}
   */
  get(name) {
    return this.#content[name];
  }

  /**
   * @template {keyof DraftContent} Name
   * @param {Name} name
   * @param {DraftContent[Name]} value
   */
  set(name, value) {
    this.#content[name] = value;
    const { reply, note, photos } = this.#content;
    this.#storage.setJson(this.#key, reply || note || photos.length ? this.#content : null);
  }

  /**
   * Put a message that was not sent in front of what was written meanwhile.
   *
   * @param {OutboxEntry} entry
   * @param {Fact[] | null} known what it asks for although it is known
   */
  restore({ kind, text, photos }, known) {
    this.set(kind, [text, this.get(kind)].filter(Boolean).join("\n"));
    if (kind === "note") return;
    this.set("photos", [...photos, ...this.get("photos")]);
    this.set("known", known);
  }
}
