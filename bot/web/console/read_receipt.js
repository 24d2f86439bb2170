/** Telling the customer that their case was read: when it was, by the person who has it, and once. */

const LOOK_MS = 1_000; // so long the packet is before the agent's eyes until it counts as read

export class Reading {
  #desk;
  #timer;
  #told = null; // the handoff it was told for

  constructor(desk) {
    this.#desk = desk;
  }

  /** Whether a card is of a case that I have and that is still to be read. */
  isDue(card) {
    const isMine = card?.state === "active" && card.agent?.id === this.#desk.me.agent.id;
    return isMine && !card.read_at && this.#told !== card.handoff;
  }

  /** The packet is before the agent's eyes, or not any more. */
  seen(visible, card) {
    this.stop();
    // A case that went to somebody else may come back, and is read anew then.
    if (card?.agent?.id !== this.#desk.me.agent.id) this.#told = null;
    if (visible && this.isDue(card)) this.#timer = setTimeout(() => this.#tell(card.handoff), LOOK_MS);
  }

  stop() {
    clearTimeout(this.#timer);
  }

  async #tell(handoff) {
    if (document.hidden) return;
    this.#told = handoff;
    await this.#desk.api.post(`api/handoffs/${handoff}/read`).catch(() => (this.#told = null));
  }
}
