/** The board: who waits, who is mine, who is here. Fetched anew whenever the server says that it changed. */

const DEBOUNCE_MS = 120;
const AT_LEAST_EVERY_MS = 60_000; // what is about to break becomes so by time alone

export class Board extends EventTarget {
  #desk;
  #timer;
  #asking = null;
  #stale = false;
  loaded = false;
  queue = [];
  mine = [];
  others = [];
  agents = [];
  approvals = [];
  pause = null;

  /**
   * Events: "case" (detail: its reference), and "change" with what is new in its detail: `news` in the queue,
   * cases `given` to me, those where a customer has `spoken`, approvals that are `asked` for or `decided`.
   */
  constructor(desk) {
    super();
    this.#desk = desk;
  }

  refresh() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), this.loaded ? DEBOUNCE_MS : 0);
  }

  /** A case was changed from outside its own page. */
  changedCase(reference) {
    this.dispatchEvent(new CustomEvent("case", { detail: reference }));
  }

  find(reference) {
    return [...this.mine, ...this.queue, ...this.others].find((card) => card.reference === reference);
  }

  async #fetch() {
    if (this.#asking) return (this.#stale = true);
    this.#asking = this.#desk.api.get("api/board");
    try {
      this.#take(await this.#asking);
    } catch (error) {
      if (error.status === undefined) throw error; // the connection's return asks again
    } finally {
      this.#asking = null;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#fetch(), this.#stale ? 0 : AT_LEAST_EVERY_MS);
      this.#stale = false;
    }
  }

  #take({ queue, mine, others, agents, approvals, pause, now }) {
    this.#desk.format.serverTime = now;
    const known = new Set(this.queue.map((card) => card.handoff));
    const news = this.loaded ? queue.filter((card) => !known.has(card.handoff)) : [];
    const before = new Map(this.mine.map((card) => [card.handoff, card.unanswered]));
    const answered = (card) => card.unanswered > (before.get(card.handoff) ?? card.unanswered);
    const spoken = this.loaded ? mine.filter(answered) : [];
    const given = this.loaded ? mine.filter((card) => !before.has(card.handoff)) : [];
    const stood = new Map(this.approvals.map(({ id, state }) => [id, state]));
    const asked = this.loaded ? approvals.filter(({ id, state }) => state === "open" && !stood.has(id)) : [];
    const decided = approvals.filter(({ id, state }) => state !== "open" && stood.get(id) === "open");
    Object.assign(this, { queue, mine, others, agents, approvals, pause, loaded: true });
    this.dispatchEvent(new CustomEvent("change", { detail: { news, spoken, given, asked, decided } }));
  }
}
