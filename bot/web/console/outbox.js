// @ts-check
/**
 * Messages and notes that the server does not have yet: kept in the tab's storage, sent in order, and
 * again with the same id until there is an answer.
 */

import { uuid } from "../shared/uuid.js";
import { casePath, Refused } from "./api.js";

/** @import { Fact, Photo } from "../shared/types.js" */
/** @import { PrefixedStorage } from "../shared/storage.js" */
/** @import { Api } from "./api.js" */
/** @import { ConsoleTexts } from "./texts.js" */

/**
 * @typedef {{
 *   id: string,
 *   reference: string,
 *   kind: "reply" | "note",
 *   text: string,
 *   photos: Photo[],
 *   confirmed: boolean,
 *   at: string,
 *   refusal: string | null,
 * }} OutboxEntry `confirmed`: the agent asks for what is known all the same; `refusal`: why the server
 *   refused it for good
 */

/**
 * Events with their details: "change", what is unsent changed; "sent", with the server's answer (the stored
 * note, or the stored message as `message`); "known", the server sent the message back because it asks for
 * what is known.
 *
 * @typedef {{
 *   change: { reference: string },
 *   sent: { reference: string, entry: OutboxEntry, answer: any },
 *   known: { reference: string, entry: OutboxEntry, known: Fact[] },
 * }} OutboxEvents
 */

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const KEY = "unsent";

export class Outbox extends EventTarget {
  #api;
  #texts;
  #storage;
  #now;
  #sending = false;
  #failures = 0;
  /** @type {number | undefined} */
  #retry;

  /**
   * @param {object} options
   * @param {Pick<Api, "post">} options.api
   * @param {Pick<ConsoleTexts, "refusal">} options.texts
   * @param {PrefixedStorage} options.storage
   * @param {() => number} options.now the server's clock, in milliseconds
   */
  constructor({ api, texts, storage, now }) {
    super();
    this.#api = api;
    this.#texts = texts;
    this.#storage = storage;
    this.#now = now;
    queueMicrotask(() => this.#run());
  }

  /**
   * @template {keyof OutboxEvents} Type
   * @param {Type} type
   * @param {AbortSignal} signal ends the listening
   * @param {(detail: OutboxEvents[Type]) => void} listener
   */
  on(type, signal, listener) {
    this.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal });
  }

  /**
   * Return the unsent entries of a case.
   *
   * @param {string} reference
   */
  entriesOf(reference) {
    return this.#entries.filter((entry) => entry.reference === reference);
  }

  /**
   * @param {string} reference
   * @param {Pick<OutboxEntry, "kind" | "text"> & { photos?: Photo[], confirmed?: boolean }} content
   */
  add(reference, { kind, text, photos = [], confirmed = false }) {
    const at = new Date(this.#now()).toISOString();
    /** @type {OutboxEntry} */
    const entry = { id: uuid(), reference, kind, text, photos, confirmed, at, refusal: null };
    this.#save([...this.#entries, entry], reference);
    this.#run();
  }

  /**
   * Remove an entry and return it: to be edited, or not to be sent at all.
   *
   * @param {string} id
   */
  remove(id) {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (entry) {
      const others = this.#entries.filter((other) => other.id !== id);
      this.#save(others, entry.reference);
    }
    return entry;
  }

  /** The connection is back: send at once. */
  resume() {
    this.#failures = 0;
    this.#run();
  }

  /** @returns {OutboxEntry[]} */
  get #entries() {
    return this.#storage.getJson(KEY) ?? [];
  }

  /**
   * @param {OutboxEntry[]} entries
   * @param {string} reference
   */
  #save(entries, reference) {
    this.#storage.setJson(KEY, entries.length ? entries : null);
    this.#emit("change", { reference });
  }

  /**
   * @template {keyof OutboxEvents} Type
   * @param {Type} type
   * @param {OutboxEvents[Type]} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #run() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#retry);
    try {
      let entry;
      while ((entry = this.#entries.find(({ refusal }) => !refusal))) {
        if (!(await this.#send(entry))) break;
      }
    } finally {
      this.#sending = false;
    }
  }

  /**
   * Return false when the server can't be reached, so that the other entries wait as well.
   *
   * @param {OutboxEntry} entry
   */
  async #send(entry) {
    const { id, reference, kind, text, photos, confirmed } = entry;
    const path = casePath(reference, kind === "note" ? "notes" : "messages");
    const body = kind === "note" ? { id, text } : { id, text, photos: photos.map((photo) => photo.id), confirmed };
    try {
      const answer = await this.#api.post(path, body);
      this.#failures = 0;
      this.#emit("sent", { reference, entry, answer });
      this.remove(id);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#refused(entry, error);
    }
  }

  /**
   * @param {OutboxEntry} entry
   * @param {Refused} error
   */
  #refused(entry, error) {
    if (error.status === 401) return false;
    if (error.isPassing) {
      const pause = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
      this.#failures += 1;
      this.#retry = setTimeout(() => this.#run(), pause);
      return false;
    }
    if (error.code === "already_known") {
      this.remove(entry.id);
      this.#emit("known", { reference: entry.reference, entry, known: error.detail.known });
      return true;
    }
    const refusal = this.#texts.refusal(error);
    this.#save(
      this.#entries.map((other) => (other.id === entry.id ? { ...other, refusal } : other)),
      entry.reference,
    );
    return true;
  }
}
