// @ts-check
/**
 * What outlives the page: the session and the unsent messages, shared by all tabs; the draft and the
 * panel's state, of this tab alone.
 */

import { browserStorage, tabStorage } from "../shared/storage.js";
import { uuid } from "../shared/uuid.js";

/** @import { Photo } from "../shared/types.js" */

/** @typedef {{ text: string, photos: Photo[], token?: undefined }} MessageContent */
/** @typedef {{ token: string, text?: undefined, photos?: undefined }} ChoiceContent */

/**
 * A message or a choice that the server does not have yet; sorted by `order`.
 *
 * @typedef {(MessageContent | ChoiceContent) & { id: string, order: number, at: string }} UnsentEntry
 */

const UNSENT = "unsent ";

export class Store {
  #shared;
  #own;
  #lastOrder = 0;

  /** @param {string} origin of the server: a page keeps the data of several servers apart */
  constructor(origin) {
    const prefix = `regalo ${origin} `;
    this.#shared = browserStorage(prefix);
    this.#own = tabStorage(prefix);
  }

  get session() {
    return this.#shared.get("session");
  }

  set session(token) {
    this.#shared.set("session", token);
  }

  /** A random number of this browser, by which the server knows a new chat from the same browser. */
  get device() {
    const stored = this.#shared.get("device");
    if (stored) return stored;
    const device = uuid();
    this.#shared.set("device", device);
    return device;
  }

  /** @returns {string} */
  get draft() {
    return this.#own.get("draft") ?? "";
  }

  set draft(text) {
    this.#own.set("draft", text || null);
  }

  /**
   * True, false, or null when the visitor has neither opened nor closed the panel.
   *
   * @returns {boolean | null}
   */
  get open() {
    return this.#own.getJson("open");
  }

  set open(open) {
    this.#own.setJson("open", open);
  }

  /**
   * In the order they were written. Each has a key of its own, so that tabs never overwrite each other.
   *
   * @returns {UnsentEntry[]}
   */
  get unsent() {
    return [...this.#shared.keys()]
      .filter((key) => key.startsWith(UNSENT))
      .map((key) => this.#shared.getJson(key))
      .filter((entry) => entry !== null)
      .sort((first, second) => first.order - second.order);
  }

  /**
   * Keep a message or a choice until the server has it.
   *
   * @template {MessageContent | ChoiceContent} Content
   * @param {Content} content
   */
  addUnsent(content) {
    const now = Date.now();
    this.#lastOrder = Math.max(now, this.#lastOrder + 1);
    const entry = { ...content, id: uuid(), order: this.#lastOrder, at: new Date(now).toISOString() };
    this.#shared.setJson(UNSENT + entry.id, entry);
    return entry;
  }

  /** @param {string} id */
  removeUnsent(id) {
    this.#shared.set(UNSENT + id, null);
  }

  /**
   * Call the listener when another tab changes what all tabs share.
   *
   * @param {() => void} listener
   */
  onChange(listener) {
    addEventListener("storage", listener);
  }
}
