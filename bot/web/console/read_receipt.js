// @ts-check
/** Tells the customer once that the agent who has their case has read it. */

/** @import { Card } from "../shared/types.js" */
/** @import { Workspace } from "./workspace.js" */

const READ_MS = 1_000; // the packet counts as read after it was visible for so long

export class ReadReceipt {
  #workspace;
  /** @type {number | undefined} */
  #timer;
  /** @type {number | null} the handoff that was reported */
  #reported = null;

  /** @param {Workspace} workspace */
  constructor(workspace) {
    this.#workspace = workspace;
  }

  /**
   * Return true if the case is mine and not yet read.
   *
   * @param {Card | null} card
   * @returns {card is Card}
   */
  isDue(card) {
    if (card === null || card.state !== "active" || !this.#isMine(card)) return false;
    return !card.read_at && this.#reported !== card.handoff;
  }

  /**
   * The packet has become visible, or is no longer so.
   *
   * @param {boolean} visible
   * @param {Card | null} card
   */
  setVisible(visible, card) {
    this.stop();
    // A case that went to another agent may come back, and is then read again.
    if (!this.#isMine(card)) this.#reported = null;
    if (visible && this.isDue(card)) this.#timer = setTimeout(() => this.#report(card.handoff), READ_MS);
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /** @param {Card | null} card */
  #isMine(card) {
    return card?.agent?.id === this.#workspace.me.agent.id;
  }

  /** @param {number} handoff */
  async #report(handoff) {
    if (document.hidden) return;
    this.#reported = handoff;
    await this.#workspace.api.post(`api/handoffs/${handoff}/read`).catch(() => (this.#reported = null));
  }
}
