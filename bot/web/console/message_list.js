/** The conversation: the bot's part, the customer's, ours and our notes, each once and in order. */

import { element } from "../shared/dom.js";
import { Bubble } from "./bubble.js";
import { place } from "./controls.js";

const STEPS = ["pending", "sent", "delivered", "read", "failed"];
const QUIET_MS = 500; // screen readers look at a region's state some time after it changed

export class Thread {
  #desk;
  #onEdit;
  #messages = new Map(); // seq → message
  #notes = [];
  #unsent = [];
  #bubbles = new Map();
  #days = new Map();

  /** `onEdit(id)` takes back an unsent message to write it anew. */
  constructor(desk, onEdit) {
    this.#desk = desk;
    this.#onEdit = onEdit;
    this.element = element("div", {
      class: "messages",
      role: "log",
      "aria-label": desk.texts.messages,
      "aria-live": "off",
      // A mark that turns from "sent" to "read" is not news worth interrupting for.
      "aria-relevant": "additions",
    });
  }

  /** All that the server has. The first time it is not read aloud. */
  show(messages, notes) {
    for (const message of messages) this.#messages.set(message.seq, message);
    this.#notes = notes;
    this.#draw();
    setTimeout(() => this.element.setAttribute("aria-live", "polite"), QUIET_MS);
  }

  add(message) {
    this.#messages.set(message.seq, message);
    this.#draw();
  }

  addNote(note) {
    if (!this.#notes.some(({ id }) => id === note.id)) this.#notes = [...this.#notes, note];
    this.#draw();
  }

  showUnsent(entries) {
    this.#unsent = entries;
    this.#draw();
  }

  /** Everything of ours up to `seq` has come so far; nothing goes back, and a failure is its own. */
  deliver(seq, state) {
    for (const message of this.#messages.values()) {
      const further = STEPS.indexOf(message.delivery) < STEPS.indexOf(state);
      const has = state === "failed" ? message.seq === seq : message.seq > 0 && message.seq <= seq && further;
      if (has && message.author !== "customer" && message.delivery !== "failed") {
        message.delivery = state;
      }
    }
    this.#draw();
  }

  spend(seq, chosen) {
    const message = this.#messages.get(seq);
    if (message) Object.assign(message, { spent: true, chosen });
    this.#draw();
  }

  /** In the server's order; notes by their time; last what is unsent. */
  get #entries() {
    const entries = [...this.#messages.values()]
      .sort((one, other) => one.seq - other.seq)
      .map((message) => ({ ...message, kind: "message", key: `message ${message.seq}` }));
    for (const note of this.#notes) {
      const later = entries.findIndex((entry) => new Date(entry.at) > new Date(note.at));
      const entry = { ...note, name: note.author, kind: "note", key: `note ${note.id}` };
      entries.splice(later < 0 ? entries.length : later, 0, entry);
    }
    const stored = new Set([...this.#messages.values(), ...this.#notes].map(({ id }) => id).filter(Boolean));
    const unsent = this.#unsent.filter(({ id }) => !stored.has(id));
    return entries.concat(unsent.map((entry) => this.#toBe(entry)));
  }

  #toBe(entry) {
    const { id, kind, refusal } = entry;
    const key = `unsent ${id} ${refusal ? "refused" : ""}`;
    return { ...entry, kind: "unsent", noteToBe: kind === "note", author: "agent", key };
  }

  #draw() {
    const nodes = [];
    let before = null;
    for (const entry of this.#entries) {
      const day = this.#desk.format.dayName(entry.at);
      if (!before || before.day !== day) nodes.push(this.#day(day));
      const { element } = this.#bubble(entry);
      const voice = `${entry.kind === "note"} ${entry.author} ${entry.name ?? ""}`;
      element.classList.toggle("continues", before?.day === day && before.voice === voice);
      nodes.push(element);
      before = { day, voice };
    }
    place(this.element, nodes);
  }

  #bubble(entry) {
    const known = this.#bubbles.get(entry.key);
    if (known) known.update(entry);
    else this.#bubbles.set(entry.key, new Bubble(entry, this.#desk, { onEdit: this.#onEdit }));
    return this.#bubbles.get(entry.key);
  }

  #day(name) {
    if (!this.#days.has(name)) this.#days.set(name, element("p", { class: "day" }, element("span", {}, name)));
    return this.#days.get(name);
  }
}
