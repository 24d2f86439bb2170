// @ts-check
/** The conversation of a case: messages of the customer, the bot and the agents, and private notes, in order. */

import { element } from "../shared/dom.js";
import { Bubble } from "./bubble.js";
import { setChildren } from "./children.js";

/** @import { Delivery, Message, Note } from "../shared/types.js" */
/** @import { BubbleEntry } from "./bubble.js" */
/** @import { OutboxEntry } from "./outbox.js" */
/** @import { Workspace } from "./workspace.js" */

/** In the order in which a delivery proceeds. @type {Delivery[]} */
const DELIVERY_STEPS = ["pending", "sent", "delivered", "read", "failed"];
const QUIET_MS = 500; // screen readers look at a region's state some time after it changed

export class MessageList {
  #workspace;
  #onEdit;
  /** @type {Map<number, Message>} by position */
  #messages = new Map();
  /** @type {Note[]} */
  #notes = [];
  /** @type {OutboxEntry[]} */
  #unsent = [];
  /** @type {Map<string, Bubble>} by the entry's key */
  #bubbles = new Map();
  /** @type {Map<string, HTMLElement>} by the day's name */
  #days = new Map();

  /**
   * @param {Workspace} workspace
   * @param {(id: string) => void} onEdit called to write a refused message again
   */
  constructor(workspace, onEdit) {
    this.#workspace = workspace;
    this.#onEdit = onEdit;
    this.element = element("div", {
      class: "messages",
      role: "log",
      "aria-label": workspace.texts.messages,
      "aria-live": "off",
      // A mark that turns from "sent" to "read" is not worth an interruption.
      "aria-relevant": "additions",
    });
  }

  /**
   * Show all that the server has. The first time it is not read aloud.
   *
   * @param {Message[]} messages
   * @param {Note[]} notes
   */
  show(messages, notes) {
    for (const message of messages) this.#messages.set(message.seq, message);
    this.#notes = notes;
    this.#update();
    setTimeout(() => this.element.setAttribute("aria-live", "polite"), QUIET_MS);
  }

  /** @param {Message} message */
  add(message) {
    this.#messages.set(message.seq, message);
    this.#update();
  }

  /** @param {Note} note */
  addNote(note) {
    if (!this.#notes.some(({ id }) => id === note.id)) this.#notes = [...this.#notes, note];
    this.#update();
  }

  /** @param {OutboxEntry[]} entries */
  showUnsent(entries) {
    this.#unsent = entries;
    this.#update();
  }

  /**
   * Our messages up to a position have come so far. A state never goes back; a failure is of one message
   * alone.
   *
   * @param {number} seq
   * @param {Delivery} state
   */
  setDelivery(seq, state) {
    for (const message of this.#messages.values()) {
      const isFurther = DELIVERY_STEPS.indexOf(message.delivery) < DELIVERY_STEPS.indexOf(state);
      const isUpTo = message.seq > 0 && message.seq <= seq && isFurther;
      const isMeant = state === "failed" ? message.seq === seq : isUpTo;
      if (isMeant && message.author !== "customer" && message.delivery !== "failed") {
        message.delivery = state;
      }
    }
    this.#update();
  }

  /**
   * @param {number} seq
   * @param {string | null} chosen
   */
  setSpent(seq, chosen) {
    const message = this.#messages.get(seq);
    if (message) Object.assign(message, { spent: true, chosen });
    this.#update();
  }

  /**
   * In the server's order; notes by their time; unsent entries last.
   *
   * @returns {BubbleEntry[]}
   */
  get #entries() {
    const { me } = this.#workspace;
    /** @type {BubbleEntry[]} */
    const entries = [...this.#messages.values()]
      .sort((first, second) => first.seq - second.seq)
      .map((message) => ({ ...message, kind: "message", isNote: false, key: `message ${message.seq}` }));
    for (const note of this.#notes) {
      const later = entries.findIndex((entry) => Date.parse(entry.at) > Date.parse(note.at));
      /** @type {BubbleEntry} */
      const entry = { ...note, author: "agent", name: note.author, kind: "note", isNote: true, key: `note ${note.id}` };
      entries.splice(later < 0 ? entries.length : later, 0, entry);
    }
    const stored = new Set([...this.#messages.values(), ...this.#notes].map(({ id }) => id));
    for (const entry of this.#unsent) {
      if (stored.has(entry.id)) continue;
      const key = `unsent ${entry.id} ${entry.refusal ? "refused" : ""}`;
      const isNote = entry.kind === "note";
      entries.push({ ...entry, author: "agent", name: me.agent.name, kind: "unsent", isNote, key });
    }
    return entries;
  }

  #update() {
    /** @type {HTMLElement[]} */
    const nodes = [];
    let previous = { day: "", speaker: "" };
    for (const entry of this.#entries) {
      const day = this.#workspace.format.dayName(entry.at);
      if (previous.day !== day) nodes.push(this.#day(day));
      const bubble = this.#bubble(entry);
      const speaker = speakerOf(entry);
      bubble.element.classList.toggle("continues", previous.day === day && previous.speaker === speaker);
      nodes.push(bubble.element);
      previous = { day, speaker };
    }
    setChildren(this.element, nodes);
  }

  /** @param {BubbleEntry} entry */
  #bubble(entry) {
    const existing = this.#bubbles.get(entry.key);
    if (existing) {
      existing.update(entry);
      return existing;
    }
    const bubble = new Bubble(entry, this.#workspace, this.#onEdit);
    this.#bubbles.set(entry.key, bubble);
    return bubble;
  }

  /** @param {string} name */
  #day(name) {
    const existing = this.#days.get(name);
    if (existing) return existing;
    const day = element("p", { class: "day" }, element("span", {}, name));
    this.#days.set(name, day);
    return day;
  }
}

/**
 * Entries in a row with the same speaker show their author once; an unsent one never continues a stored one.
 *
 * @param {BubbleEntry} entry
 */
function speakerOf({ kind, author, name }) {
  return `${kind} ${author} ${name ?? ""}`;
}
