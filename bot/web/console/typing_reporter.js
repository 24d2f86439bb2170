// @ts-check
/** Reports to the customer that the agent is typing, and when they stopped. */

/** @import { ConsoleFrame, ConsoleRequest } from "../shared/types.js" */
/** @import { Connection } from "../shared/connection.js" */

const EVERY_MS = 3_000;
const IDLE_MS = 5_000;

export class TypingReporter {
  #connection;
  #conversation;
  #reportedAt = 0;
  /** @type {number | undefined} */
  #idleTimer;

  /**
   * @param {Connection<ConsoleRequest, ConsoleFrame>} connection
   * @param {() => string | null} conversation
   */
  constructor(connection, conversation) {
    this.#connection = connection;
    this.#conversation = conversation;
  }

  /** @param {string} text what is in the box now */
  textChanged(text) {
    clearTimeout(this.#idleTimer);
    if (!text) return this.stop();
    this.#idleTimer = setTimeout(() => this.stop(), IDLE_MS);
    if (Date.now() - this.#reportedAt < EVERY_MS) return;
    this.#reportedAt = Date.now();
    this.#report(true);
  }

  stop() {
    clearTimeout(this.#idleTimer);
    if (this.#reportedAt) this.#report(false);
    this.#reportedAt = 0;
  }

  /** @param {boolean} on */
  #report(on) {
    this.#connection.send({ type: "typing", conversation: this.#conversation(), on });
  }
}
