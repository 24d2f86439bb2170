/** Telling the customer that somebody is writing to them, and when they stopped. */

const EVERY_MS = 3_000;
const IDLE_MS = 5_000;

export class TypingOut {
  #desk;
  #conversation;
  #toldAt = 0;
  #idle;

  constructor(desk, conversation) {
    this.#desk = desk;
    this.#conversation = conversation;
  }

  touch(text) {
    clearTimeout(this.#idle);
    if (!text) return this.stop();
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
    if (Date.now() - this.#toldAt < EVERY_MS) return;
    this.#toldAt = Date.now();
    this.#tell(true);
  }

  stop() {
    clearTimeout(this.#idle);
    if (this.#toldAt) this.#tell(false);
    this.#toldAt = 0;
  }

  #tell(on) {
    this.#desk.connection.send({ type: "typing", conversation: this.#conversation(), on });
  }
}
