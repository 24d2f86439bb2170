// @ts-check
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Conversation } from "../../../bot/web/widget/conversation.js";
import { Store } from "../../../bot/web/widget/store.js";
import { FakeStorage, setGlobal } from "./fakes.js";

/** A connection that records what is sent and lets a test play the server. */
class FakeConnection extends EventTarget {
  connected = false;
  /** @type {any[]} */
  sent = [];
  /** @type {(frame: any) => void} */
  receive = () => {};
  reconnections = 0;

  /** @param {() => object} hello */
  constructor(hello) {
    super();
    this.hello = hello;
  }

  /** @param {(frame: any) => void} listener */
  onFrame(listener) {
    this.receive = listener;
  }

  start() {}

  reconnect() {
    this.reconnections += 1;
  }

  /** @param {object} frame */
  send(frame) {
    if (this.connected) this.sent.push(frame);
    return this.connected;
  }

  /** @param {object[]} [messages] */
  welcome(messages = []) {
    this.hello();
    this.connected = true;
    this.dispatchEvent(new Event("change"));
    this.receive({ type: "welcome", session: "token", language: "es", owner: "bot", name: null, messages });
  }

  lose() {
    this.connected = false;
    this.dispatchEvent(new Event("change"));
  }
}

/** A list of messages that records what it is told. */
class FakeMessages {
  lastSeq = 0;
  resumeAfter = 0;
  /** @type {string[]} */
  calls = [];
  /** @type {any} */
  choices = null;

  showQuietly() {}
  show() {
    return true;
  }
  showUnsent() {}
  /** @param {string} id */
  setStored(id) {
    this.calls.push(`stored ${id}`);
  }
  /** @param {string} id */
  setAnswered(id) {
    this.calls.push(`answered ${id}`);
  }
  /** @param {string} id */
  setRefused(id) {
    this.calls.push(`refused ${id}`);
  }
  choicesWith() {
    return this.choices;
  }
  clear() {
    this.calls.push("clear");
  }
}

/** @type {{ store: Store, connection: FakeConnection, messages: FakeMessages, conversation: Conversation, sentences: string[] }} */
let chat;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  setGlobal("window", { localStorage: new FakeStorage(), sessionStorage: new FakeStorage() });
  setGlobal("addEventListener", () => {});
  const store = new Store("https://chat.example");
  const messages = new FakeMessages();
  /** @type {string[]} */
  const sentences = [];
  /** @type {any} */
  let connection;
  const conversation = new Conversation({
    store,
    messages: /** @type {any} */ (messages),
    view: {
      visible: true,
      messageArrived: () => {},
      setOwner: () => {},
      setTyping: () => {},
      notify: (sentence) => sentences.push(sentence),
      setConnected: () => {},
    },
    language: "es",
    customer: null,
    connect: (hello) => /** @type {any} */ (connection = new FakeConnection(hello)),
  });
  chat = { store, connection, messages, conversation, sentences };
});
afterEach(() => mock.timers.reset());

test("what is written offline is sent once the server is there", () => {
  const { conversation, connection, store } = chat;
  conversation.send({ text: "hola", photos: [] });
  assert.deepEqual(connection.sent, []);
  connection.welcome();
  const [{ id }] = store.unsent;
  assert.deepEqual(connection.sent, [{ type: "message", id, text: "hola", photos: [] }]);
  connection.receive({ type: "stored", id, seq: 1, at: "2026-12-03T20:40:00Z" });
  assert.deepEqual(store.unsent, []);
  assert.deepEqual(chat.messages.calls, [`stored ${id}`]);
});

test("a message without an answer is sent again with the same id, but not at once", () => {
  const { conversation, connection } = chat;
  connection.welcome();
  conversation.send({ text: "hola", photos: [] });
  mock.timers.tick(7_999);
  conversation.send({ text: "otra", photos: [] });
  assert.deepEqual(
    connection.sent.map(({ text }) => text),
    ["hola", "otra"],
  );
  mock.timers.tick(8_000);
  const again = connection.sent.slice(2).map(({ id }) => id);
  assert.deepEqual(again, connection.sent.slice(0, 2).map(({ id }) => id));
});

test("a lost connection sends everything again at once", () => {
  const { conversation, connection } = chat;
  connection.welcome();
  conversation.send({ text: "hola", photos: [] });
  connection.lose();
  connection.welcome();
  assert.equal(connection.sent.length, 2);
  assert.equal(connection.sent[0].id, connection.sent[1].id);
});

test("a message that the welcome shows is not sent again", () => {
  const { conversation, connection, store } = chat;
  conversation.send({ text: "hola", photos: [] });
  const [{ id }] = store.unsent;
  connection.welcome([{ seq: 1, id, author: "customer", delivery: "stored", choices: [], photos: [] }]);
  assert.deepEqual(connection.sent, []);
  assert.deepEqual(store.unsent, []);
});

test("a refused message is dropped with its reason, a passing trouble keeps it", () => {
  const { conversation, connection, store, messages, sentences } = chat;
  connection.welcome();
  conversation.send({ text: "hola", photos: [] });
  const [{ id }] = store.unsent;
  connection.receive({ type: "error", code: "rate_limited", text: "Espere", id });
  assert.equal(store.unsent.length, 1);
  assert.deepEqual(sentences, ["Espere"]);
  connection.receive({ type: "error", code: "too_long", text: "Muy largo", id });
  assert.deepEqual(store.unsent, []);
  assert.deepEqual(messages.calls, [`refused ${id}`]);
});

test("a choice that is gone is spent, another refused one can be made again", () => {
  const { conversation, connection, messages, store } = chat;
  /** @type {string[]} */
  const calls = [];
  messages.choices = {
    spent: false,
    setChoosing: () => calls.push("choosing"),
    setSpent: () => calls.push("spent"),
    reopen: () => calls.push("reopened"),
  };
  connection.welcome();
  for (const code of ["choice_gone", "bad_choice"]) {
    conversation.choose({ token: "t", title: "Bono", detail: "" });
    const { id } = connection.sent.at(-1);
    assert.deepEqual(connection.sent.at(-1), { type: "choose", id, token: "t" });
    connection.receive({ type: "error", code, text: "No se pudo", id });
  }
  assert.deepEqual(calls, ["choosing", "spent", "choosing", "reopened"]);
  assert.deepEqual(store.unsent, []);
});

test("a session that the server does not know begins again and keeps what is unsent", () => {
  const { conversation, connection, store, messages } = chat;
  connection.welcome();
  conversation.send({ text: "hola", photos: [] });
  connection.receive({ type: "error", code: "bad_session", text: "", id: null });
  assert.equal(store.session, null);
  assert.deepEqual(messages.calls, ["clear"]);
  assert.equal(connection.reconnections, 1);
  assert.equal(store.unsent.length, 1);
});

test("reading is reported once", () => {
  const { conversation, connection, messages } = chat;
  connection.welcome();
  messages.lastSeq = 3;
  conversation.reportSeen();
  conversation.reportSeen();
  assert.deepEqual(connection.sent, [{ type: "seen", seq: 3 }]);
});
