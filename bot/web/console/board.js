// @ts-check
/** The board: the queue, my cases, who is online. Fetched again whenever the server says that it changed. */

import { Refused } from "./api.js";

/** @import { AgentStatus, Approval, BoardData, Card } from "../shared/types.js" */
/** @import { Api } from "./api.js" */
/** @import { Format } from "./format.js" */

/**
 * What a new state of the board brings to this agent.
 *
 * @typedef {{
 *   waiting: Card[],
 *   assigned: Card[],
 *   written: Card[],
 *   asked: Approval[],
 *   decided: Approval[],
 * }} BoardNews cases that are new in the queue, that were given to me, in which a customer has written;
 *   approvals that are asked for, or decided
 */

const DEBOUNCE_MS = 120;
const AT_LEAST_EVERY_MS = 60_000; // what is about to break becomes so by time alone

/** Events: "change" (detail: BoardNews), "case" (detail: the reference of a case that changed). */
export class Board extends EventTarget {
  #api;
  #format;
  /** @type {number | undefined} */
  #timer;
  #fetching = false;
  #isStale = false;
  #isLoaded = false;
  /** @type {Card[]} */
  queue = [];
  /** @type {Card[]} */
  mine = [];
  /** @type {Card[]} */
  others = [];
  /** @type {AgentStatus[]} */
  agents = [];
  /** @type {Approval[]} */
  approvals = [];
  /** @type {BoardData["pause"]} */
  pause = null;

  /** @param {{ api: Api, format: Format }} options */
  constructor({ api, format }) {
    super();
    this.#api = api;
    this.#format = format;
  }

  refresh() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), this.#isLoaded ? DEBOUNCE_MS : 0);
  }

  /**
   * Report that a case was changed from outside its own view.
   *
   * @param {string} reference
   */
  caseChanged(reference) {
    this.dispatchEvent(new CustomEvent("case", { detail: reference }));
  }

  /** @param {(reference: string) => void} listener */
  onCaseChange(listener) {
    this.addEventListener("case", (event) => listener(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {(news: BoardNews) => void} listener */
  onNews(listener) {
    this.addEventListener("change", (event) => listener(/** @type {CustomEvent} */ (event).detail));
  }

  /**
   * Return the card of a case, if the board has it.
   *
   * @param {string} reference
   */
  find(reference) {
    return [...this.mine, ...this.queue, ...this.others].find((card) => card.reference === reference);
  }

  async #fetch() {
    if (this.#fetching) {
      this.#isStale = true;
      return;
    }
    this.#fetching = true;
    try {
      this.#update(await this.#api.get("api/board"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // once the connection is back, this is asked again
    } finally {
      this.#fetching = false;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#fetch(), this.#isStale ? 0 : AT_LEAST_EVERY_MS);
      this.#isStale = false;
    }
  }

  /** @param {BoardData} data */
  #update(data) {
    this.#format.serverTime = data.now;
    const news = this.#isLoaded ? newsBetween(this, data) : NO_NEWS;
    this.queue = data.queue;
    this.mine = data.mine;
    this.others = data.others;
    this.agents = data.agents;
    this.approvals = data.approvals;
    this.pause = data.pause;
    this.#isLoaded = true;
    this.dispatchEvent(new CustomEvent("change", { detail: news }));
  }
}

/** @type {BoardNews} */
const NO_NEWS = { waiting: [], assigned: [], written: [], asked: [], decided: [] };

/**
 * Compare two states of the board.
 *
 * @param {Pick<BoardData, "queue" | "mine" | "approvals">} before
 * @param {Pick<BoardData, "queue" | "mine" | "approvals">} after
 * @returns {BoardNews}
 */
export function newsBetween(before, after) {
  const waiting = new Set(before.queue.map((card) => card.handoff));
  const unanswered = new Map(before.mine.map((card) => [card.handoff, card.unanswered]));
  const states = new Map(before.approvals.map(({ id, state }) => [id, state]));
  return {
    waiting: after.queue.filter((card) => !waiting.has(card.handoff)),
    assigned: after.mine.filter((card) => !unanswered.has(card.handoff)),
    written: after.mine.filter((card) => card.unanswered > (unanswered.get(card.handoff) ?? card.unanswered)),
    asked: after.approvals.filter(({ id, state }) => state === "open" && !states.has(id)),
    decided: after.approvals.filter(({ id, state }) => state !== "open" && states.get(id) === "open"),
  };
}
