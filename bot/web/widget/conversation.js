/**
 * The talk with the server: what it says goes to the list of messages, what the customer does goes to
 * the server, and what could not be sent waits in the store. The server knows every message by its id,
 * so sending one again, from whichever tab, is always safe.
 */

const RESEND_MS = 8_000;

export class Conversation {
  #store;
  #connection;
  #messages;
  #view;
  #language;
  #customer;
  #session = null; // the one whose messages are shown
  #began = false; // the history has been shown
  #madeSession = false; // this tab's hello asked for a new session
  #owner = "bot";
  #agentName = null;
  #troubled = false; // a passing trouble is on display
  #seen = 0;
  #sentAt = new Map(); // unsent message's id → when it last went out on this connection
  #resend;

  /**
   * `view` is what else there is to show: `visible` (would the customer see a message now?), `arrived()`,
   * `setOwner(owner, name)`, `setTyping(frame | null)`, `notify(sentence)`, `connected(yes)`.
   */
  constructor({ store, messages, view, language, customer, connect }) {
    this.#store = store;
    this.#messages = messages;
    this.#view = view;
    this.#language = language;
    this.#customer = customer;
    this.#connection = connect(() => this.#hello());
    this.#connection.addEventListener("frame", ({ detail }) => this.#receive(detail));
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

  say(content) {
    this.#messages.showUnsent(this.#store.keep(content));
    this.#sendUnsent();
  }

  choose({ token }) {
    this.#messages.choicesWith(token)?.choosing(token);
    this.#store.keep({ token });
    this.#sendUnsent();
  }

  typing() {
    this.#connection.send({ type: "typing" });
  }

  /** Tell how far the customer has read, when that has changed. */
  read() {
    const seq = this.#messages.lastSeq;
    if (seq <= this.#seen || !this.#view.visible) return;
    if (this.#connection.send({ type: "seen", seq })) this.#seen = seq;
  }

  #hello() {
    const session = this.#store.session;
    this.#madeSession = session === null;
    return {
      type: "hello",
      session,
      after: session === null ? 0 : this.#messages.resumeAfter,
      language: this.#language,
      customer: this.#customer,
      device: this.#store.device,
    };
  }

  #receive(frame) {
    switch (frame.type) {
      case "welcome":
        return this.#welcome(frame);
      case "message":
        return this.#arrive(frame.message);
      case "stored":
        return this.#stored(frame);
      case "answered":
        this.#store.release(frame.id);
        return this.#messages.answered(frame.id);
      case "typing":
        return this.#view.setTyping(frame.on ? frame : null);
      case "owner":
        return this.#setOwner(frame.owner, (this.#agentName = frame.name ?? this.#agentName));
      case "spent":
        this.#messages.spend(frame.seq, frame.chosen);
        return this.#releaseSpent();
      case "error":
        return this.#refused(frame);
      // What a newer server may add is not for this page.
    }
  }

  #welcome({ session, owner, name, messages }) {
    this.#session = session;
    this.#store.session = session;
    for (const message of messages) this.#settle(message);
    if (this.#began) for (const message of messages) this.#show(message);
    else this.#showHistory(messages);
    this.#began = true;
    this.#agentName = name ?? this.#agentName;
    this.#setOwner(owner, this.#agentName);
    this.#releaseSpent();
    this.#showUnsent();
    this.#sendUnsent();
    this.#seen = 0; // the server may have died before it wrote down what it was told
    this.read();
  }

  #showHistory(messages) {
    this.#messages.showQuietly(messages);
    for (const message of messages) {
      if (message.author !== "customer" && message.delivery !== "read") this.#view.arrived();
    }
  }

  #stored({ id, seq, at }) {
    this.#store.release(id);
    this.#messages.stored(id, seq, at);
    if (this.#troubled) this.#view.notify("");
    this.#troubled = false;
  }

  #arrive(message) {
    this.#settle(message);
    this.#show(message);
    this.read();
  }

  /** A message of ours that comes from the server needs no keeping any more. */
  #settle(message) {
    if (message.id) this.#store.release(message.id);
  }

  #show(message) {
    const isNew = this.#messages.show(message);
    if (message.author === "customer") return;
    this.#view.setTyping(null);
    if (!isNew) return;
    if (message.author === "agent") this.#setOwner("agent", (this.#agentName = message.name));
    // The assistant is silent while a person has the case: hearing it means the case was given back.
    if (message.author === "bot" && this.#owner === "agent") this.#setOwner("bot");
    this.#view.arrived();
  }

  #setOwner(owner, name) {
    this.#owner = owner;
    this.#view.setOwner(owner, name);
  }

  #showUnsent() {
    for (const entry of this.#store.unsent) {
      if (entry.token) this.#messages.choicesWith(entry.token)?.choosing(entry.token);
      else this.#messages.showUnsent(entry);
    }
  }

  /** A choice need not be sent any more once its alternatives are used up, whoever used them. */
  #releaseSpent() {
    for (const { id, token } of this.#store.unsent) {
      if (token && this.#messages.choicesWith(token)?.spent) this.#store.release(id);
    }
  }

  #sendUnsent() {
    clearTimeout(this.#resend);
    const unsent = this.#store.unsent;
    for (const { id, token, text, photos } of unsent) {
      if (Date.now() - (this.#sentAt.get(id) ?? 0) < RESEND_MS) continue;
      const frame = token
        ? { type: "choose", id, token }
        : { type: "message", id, text, photos: photos.map((photo) => photo.id) };
      if (!this.#connection.send(frame, { replied: true })) return;
      this.#sentAt.set(id, Date.now());
    }
    // Refused for the moment, or lost on the way: what is still here by then goes again.
    if (unsent.length) this.#resend = setTimeout(() => this.#sendUnsent(), RESEND_MS);
  }

  #refused({ code, text, id }) {
    if (code === "bad_session") {
      // What is on screen belongs to a session that is no more.
      this.#store.session = null;
      return this.#beginAgain();
    }
    if (code === "bad_customer") {
      this.#customer = null;
      this.#view.notify(text);
      return this.#connection.reconnect();
    }
    if (code === "bad_frame" && !id) return console.warn("Regalo:", text);
    const passing = code === "rate_limited" || code === "server";
    this.#troubled = passing;
    if (passing || !id) return this.#view.notify(text);

    const refused = this.#store.unsent.find((entry) => entry.id === id);
    this.#store.release(id);
    if (!refused?.token) return this.#messages.fail(id, text);
    this.#view.notify(text);
    const choices = this.#messages.choicesWith(refused.token);
    if (code === "choice_gone") choices?.spend(null);
    else choices?.reopen();
  }

  #beginAgain() {
    this.#messages.clear();
    this.#began = false;
    this.#seen = 0;
    this.#showUnsent();
    this.#connection.reconnect();
  }

  #connectionChanged() {
    if (!this.#connection.connected) {
      this.#view.setTyping(null);
      this.#sentAt.clear();
    }
    this.#view.connected(this.#connection.connected);
  }

  /**
   * Another tab wrote a message, or two tabs opened at once and each got a session: then the one that was
   * stored last is everybody's. Only a tab that made its own session gives it up, so this ends.
   */
  #otherTabWrote() {
    this.#showUnsent();
    const session = this.#store.session;
    if (!this.#madeSession || !this.#began || session === null || session === this.#session) return;
    this.#beginAgain();
  }
}
