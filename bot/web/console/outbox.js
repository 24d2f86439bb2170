/**
 * What was written and is not yet with the server: kept on the tab's shelf, sent in order, and again with
 * the same id until there is an answer.
 */

import { uuid } from "./api.js";

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const SHELF = "unsent";

export class Outbox extends EventTarget {
  #desk;
  #sending = false;
  #failures = 0;
  #retry;

  /**
   * Events, each with the case's reference in its detail: "change" when what is unsent changed, "sent" with
   * the server's answer, "known" when a draft went back to its box because it asks for what is known.
   */
  constructor(desk) {
    super();
    this.#desk = desk;
    queueMicrotask(() => this.#run());
  }

  of(reference) {
    return this.#all.filter((entry) => entry.reference === reference);
  }

  /** `kind` is "reply" or "note"; `confirmed` says that the agent knows what is known. */
  put(reference, { kind, text, photos = [], confirmed = false }) {
    const at = new Date(this.#desk.format.now()).toISOString();
    const entry = { id: uuid(), reference, kind, text, photos, confirmed, at, refusal: null };
    this.#keep([...this.#all, entry], reference);
    this.#run();
  }

  /** Take one back: to be written anew, or not at all. */
  take(id) {
    const entry = this.#all.find((one) => one.id === id);
    if (entry) this.#keep(this.#all.filter((one) => one.id !== id), entry.reference);
    return entry;
  }

  resume() {
    this.#failures = 0;
    this.#run();
  }

  get #all() {
    return this.#desk.papers.read(SHELF) ?? [];
  }

  #keep(entries, reference) {
    this.#desk.papers.write(SHELF, entries.length ? entries : null);
    this.#tell("change", { reference });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #run() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#retry);
    try {
      let entry;
      while ((entry = this.#all.find((one) => !one.refusal))) {
        if (!(await this.#send(entry))) break;
      }
    } finally {
      this.#sending = false;
    }
  }

  /** False when the server can't be reached, so that the others wait as well. */
  async #send(entry) {
    const { id, reference, kind, text, photos, confirmed } = entry;
    const path = `api/cases/${encodeURIComponent(reference)}/${kind === "note" ? "notes" : "messages"}`;
    const body = kind === "note" ? { id, text } : { id, text, photos: photos.map((photo) => photo.id), confirmed };
    try {
      const answer = await this.#desk.api.post(path, body);
      this.#failures = 0;
      this.#tell("sent", { reference, entry, answer });
      this.take(id);
      return true;
    } catch (error) {
      if (error.status === undefined) throw error;
      return this.#refused(entry, error);
    }
  }

  #refused(entry, error) {
    if (error.status === 401) return false;
    if (error.passes) {
      const pause = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
      this.#failures += 1;
      this.#retry = setTimeout(() => this.#run(), pause);
      return false;
    }
    if (error.code === "already_known") {
      this.take(entry.id);
      this.#tell("known", { reference: entry.reference, entry, known: error.detail.known });
      return true;
    }
    const refusal = this.#desk.texts.refusal(error);
    this.#keep(
      this.#all.map((one) => (one.id === entry.id ? { ...one, refusal } : one)),
      entry.reference,
    );
    return true;
  }
}
