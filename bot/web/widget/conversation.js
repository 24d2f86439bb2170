// @ts-check
/**
 * The conversation with the server: its frames go to the list of messages, what the customer does goes to
 * the server, and what could not be sent waits in the store. The server knows every message by its id, so
 * sending one again, from whichever tab, is always safe.
 */

/** @import { ChatFrame, ChatHello, ChatRequest, ChatWelcome, Choice, Language, Message, Owner } from "../shared/types.js" */
/** @import { Connection } from "../shared/connection.js" */
/** @import { MessageList } from "./message_list.js" */
/** @import { MessageContent, Store } from "./store.js" */

/** @typedef {Extract<ChatFrame, { type: "typing" }>} TypingFrame */
/** @typedef {Extract<ChatFrame, { type: "error" }>} ErrorFrame */

/**
 * What the conversation shows beside the messages.
 *
 * @typedef {{
 *   readonly visible: boolean,
 *   messageArrived: () => void,
 *   setOwner: (owner: Owner, name?: string | null) => void,
 *   setTyping: (frame: TypingFrame | null) => void,
 *   notify: (sentence: string) => void,
 *   setConnected: (connected: boolean) => void,
 * }} ConversationView `visible`: the customer would see a message now
 */

const RESEND_MS = 8_000;

export class Conversation {
  #store;
  #connection;
  #messages;
  #view;
  #language;
  #customer;
  /** @type {string | null} the session whose messages are shown */
  #session = null;
  #historyShown = false;
  #requestedSession = false; // this tab's hello asked for a new session
  /** @type {Owner} */
  #owner = "bot";
  /** @type {string | null} */
  #agentName = null;
  #showsTrouble = false; // a passing error is on display
  #seenSeq = 0;
  /** @type {Map<string, number>} unsent entry's id → when it was last sent on this connection */
  #sentAt = new Map();
  /** @type {number | undefined} */
  #resend;

  /**
   * @param {object} options
   * @param {Store} options.store
   * @param {MessageList} options.messages
   * @param {ConversationView} options.view
   * @param {Language} options.language
   * @param {string | null} options.customer the embedding site's token on who the visitor is
   * @param {(hello: () => ChatHello) => Connection<ChatRequest, ChatFrame>} options.connect
   */
  constructor({ store, messages, view, language, customer, connect }) {
    this.#store = store;
    this.#messages = messages;
    this.#view = view;
    this.#language = language;
    this.#customer = customer;
    this.#connection = connect(() => this.#hello());
    this.#connection.onFrame((frame) => this.#receive(frame));
    this.#connection.addEventListener("change", () => this.#connectionChanged());
    store.onChange(() => this.#otherTabWrote());
    this.#showUnsent();
  }

  get connected() {
    return this.#connection.connected;
  }

  start() {
    this.#connection.start();
  }

  /** @param {MessageContent} content */
  send(content) {
    this.#messages.showUnsent(this.#store.addUnsent(content));
    this.#sendUnsent();
  }

  /** @param {Choice} choice */
  choose({ token }) {
    this.#messages.choicesWith(token)?.setChoosing(token);
    this.#store.addUnsent({ token });
    this.#sendUnsent();
  }

  sendTyping() {
    this.#connection.send({ type: "typing" });
  }

  /** Report how far the customer has read, when that has changed. */
  reportSeen() {
    const seq = this.#messages.lastSeq;
    if (seq <= this.#seenSeq || !this.#view.visible) return;
    if (this.#connection.send({ type: "seen", seq })) this.#seenSeq = seq;
  }

  /** @returns {ChatHello} */
  #hello() {
    const session = this.#store.session;
    this.#requestedSession = session === null;
    return {
      type: "hello",
      session,
      after: session === null ? 0 : this.#messages.resumeAfter,
      language: this.#language,
      customer: this.#customer,
      device: this.#store.device,
    };
  }

  /** @param {ChatFrame} frame */
  #receive(frame) {
    switch (frame.type) {
      case "welcome":
        return this.#welcomed(frame);
      case "message":
        return this.#messageArrived(frame.message);
      case "stored":
        return this.#stored(frame.id, frame.seq, frame.at);
      case "answered":
        return frame.id === null ? undefined : this.#answered(frame.id);
      case "typing":
        return this.#view.setTyping(frame.on ? frame : null);
      case "owner":
        this.#agentName = frame.name ?? this.#agentName;
        return this.#setOwner(frame.owner, this.#agentName);
      case "spent":
        this.#messages.setSpent(frame.seq, frame.chosen);
        return this.#removeSpentChoices();
      case "error":
        return this.#refused(frame);
      // A newer server may send frames that this page does not know.
    }
  }

  /** @param {ChatWelcome} frame */
  #welcomed({ session, owner, name, messages }) {
    this.#session = session;
    this.#store.session = session;
    for (const message of messages) this.#removeStored(message);
    if (this.#historyShown) for (const message of messages) this.#show(message);
    else this.#showHistory(messages);
    this.#historyShown = true;
    this.#agentName = name ?? this.#agentName;
    this.#setOwner(owner, this.#agentName);
    this.#removeSpentChoices();
    this.#showUnsent();
    this.#sendUnsent();
    this.#seenSeq = 0; // the server may have died before it wrote down what was reported
    this.reportSeen();
  }

  /** @param {Message[]} messages */
  #showHistory(messages) {
    this.#messages.showQuietly(messages);
    for (const message of messages) {
      if (message.author !== "customer" && message.delivery !== "read") this.#view.messageArrived();
    }
  }

  /**
   * @param {string} id
   * @param {number} seq
   * @param {string} at
   */
  #stored(id, seq, at) {
    this.#store.removeUnsent(id);
    this.#messages.setStored(id, seq, at);
    if (this.#showsTrouble) this.#view.notify("");
    this.#showsTrouble = false;
  }

  /** @param {string} id */
  #answered(id) {
    this.#store.removeUnsent(id);
    this.#messages.setAnswered(id);
  }

  /** @param {Message} message */
  #messageArrived(message) {
    this.#removeStored(message);
    this.#show(message);
    this.reportSeen();
  }

  /**
   * Forget an unsent message that comes back from the server: it is stored.
   *
   * @param {Message} message
   */
  #removeStored(message) {
    if (message.id) this.#store.removeUnsent(message.id);
  }

  /** @param {Message} message */
  #show(message) {
    const isNew = this.#messages.show(message);
    if (message.author === "customer") return;
    this.#view.setTyping(null);
    if (!isNew) return;
    if (message.author === "agent") {
      this.#agentName = message.name;
      this.#setOwner("agent", message.name);
    }
    // The bot is silent while an agent has the case: a message of it means that the case was given back.
    if (message.author === "bot" && this.#owner === "agent") this.#setOwner("bot");
    this.#view.messageArrived();
  }

  /**
   * @param {Owner} owner
   * @param {string | null} [name]
   */
  #setOwner(owner, name) {
    this.#owner = owner;
    this.#view.setOwner(owner, name);
  }

  #showUnsent() {
    for (const entry of this.#store.unsent) {
      if (entry.token === undefined) this.#messages.showUnsent(entry);
      else this.#messages.choicesWith(entry.token)?.setChoosing(entry.token);
    }
  }

  /** A choice need not be sent any more once its group is spent, in this tab or another. */
  #removeSpentChoices() {
    for (const { id, token } of this.#store.unsent) {
      if (token && this.#messages.choicesWith(token)?.spent) this.#store.removeUnsent(id);
    }
  }

  #sendUnsent() {
    clearTimeout(this.#resend);
    const unsent = this.#store.unsent;
    for (const entry of unsent) {
      const { id } = entry;
      if (Date.now() - (this.#sentAt.get(id) ?? 0) < RESEND_MS) continue;
      /** @type {ChatRequest} */
      const frame =
        entry.token === undefined
          ? { type: "message", id, text: entry.text, photos: entry.photos.map((photo) => photo.id) }
          : { type: "choose", id, token: entry.token };
      if (!this.#connection.send(frame, { replied: true })) return;
      this.#sentAt.set(id, Date.now());
    }
    // Refused for the moment, or lost on the way: what is still here by then is sent again.
    if (unsent.length) this.#resend = setTimeout(() => this.#sendUnsent(), RESEND_MS);
  }

  /** @param {ErrorFrame} frame */
  #refused({ code, text, id }) {
    if (code === "bad_session") {
      // What is on screen belongs to a session that is no more.
      this.#store.session = null;
      return this.#startAgain();
    }
    if (code === "bad_customer") {
      this.#customer = null;
      this.#view.notify(text);
      return this.#connection.reconnect();
    }
    if (code === "bad_frame" && !id) return console.warn("Regalo:", text);
    const isPassing = code === "rate_limited" || code === "server";
    this.#showsTrouble = isPassing;
    if (isPassing || !id) return this.#view.notify(text);

    const refused = this.#store.unsent.find((entry) => entry.id === id);
    this.#store.removeUnsent(id);
    if (!refused?.token) return this.#messages.setRefused(id, text);
    this.#view.notify(text);
    const choices = this.#messages.choicesWith(refused.token);
    if (code === "choice_gone") choices?.setSpent(null);
    else choices?.reopen();
  }

  #startAgain() {
    this.#messages.clear();
    this.#historyShown = false;
    this.#seenSeq = 0;
    this.#showUnsent();
    this.#connection.reconnect();
  }

  #connectionChanged() {
    if (!this.#connection.connected) {
      this.#view.setTyping(null);
      this.#sentAt.clear();
    }
    this.#view.setConnected(this.#connection.connected);
  }

  /**
   * Another tab wrote a message, or two tabs opened at once and each got a session: then the one that was
   * stored last is used by all. Only a tab that requested its own session gives it up, so this ends.
   */
  #otherTabWrote() {
    this.#showUnsent();
    const session = this.#store.session;
    if (!this.#requestedSession || !this.#historyShown) return;
    if (session === null || session === this.#session) return;
    this.#startAgain();
  }
}
