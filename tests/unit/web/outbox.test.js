// @ts-check
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Refused } from "../../../bot/web/console/api.js";
import { Outbox } from "../../../bot/web/console/outbox.js";
import { PrefixedStorage } from "../../../bot/web/shared/storage.js";
import { FakeStorage, settle } from "./fakes.js";

/** @typedef {{ path: string, body: any }} Request */

const NOW = Date.parse("2026-12-03T20:40:00Z");
const OFFLINE = new Refused(0, { error: "offline" });

/** @type {Request[]} */
let requests = [];
/** @type {unknown[]} what the next requests are answered; an error is thrown */
let answers = [];
let storage = new PrefixedStorage(new FakeStorage(), "");

const api = {
  /**
   * @param {string} path
   * @param {object} [body]
   */
  async post(path, body) {
    requests.push({ path, body });
    const answer = answers.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  },
};

function newOutbox() {
  const texts = { refusal: (/** @type {Refused} */ error) => `refused: ${error.code}` };
  return new Outbox({ api, texts, storage, now: () => NOW });
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  requests = [];
  answers = [];
  storage = new PrefixedStorage(new FakeStorage(), "");
});
afterEach(() => mock.timers.reset());

test("replies and notes are sent in order, each to its own address", async () => {
  const outbox = newOutbox();
  const photo = { id: "p1", width: 3, height: 2 };
  outbox.add("Q-1", { kind: "reply", text: "hola", photos: [photo], confirmed: true });
  outbox.add("Q-1", { kind: "note", text: "una nota" });
  const [{ at }] = outbox.entriesOf("Q-1");
  assert.equal(at, "2026-12-03T20:40:00.000Z");
  await settle();
  assert.deepEqual(
    requests.map(({ path }) => path),
    ["api/cases/Q-1/messages", "api/cases/Q-1/notes"],
  );
  const [{ body: reply }, { body: note }] = requests;
  assert.deepEqual(reply, { id: reply.id, text: "hola", photos: ["p1"], confirmed: true });
  assert.deepEqual(note, { id: note.id, text: "una nota" });
  assert.deepEqual(outbox.entriesOf("Q-1"), []);
});

test("what could not be sent is sent again with the same id, before what was written later", async () => {
  answers = [OFFLINE, new Refused(503, {})];
  const outbox = newOutbox();
  outbox.add("Q-1", { kind: "reply", text: "uno" });
  outbox.add("Q-2", { kind: "reply", text: "dos" });
  await settle();
  assert.equal(requests.length, 1);
  mock.timers.tick(1_000);
  await settle();
  assert.equal(requests.length, 2);
  mock.timers.tick(1_999);
  await settle();
  assert.equal(requests.length, 2); // each pause is longer than the last
  mock.timers.tick(1);
  await settle();
  assert.deepEqual(
    requests.map(({ body }) => body.text),
    ["uno", "uno", "uno", "dos"],
  );
  assert.equal(new Set(requests.slice(0, 3).map(({ body }) => body.id)).size, 1);
  assert.deepEqual([...outbox.entriesOf("Q-1"), ...outbox.entriesOf("Q-2")], []);
});

test("the returning connection sends at once", async () => {
  answers = [OFFLINE];
  const outbox = newOutbox();
  outbox.add("Q-1", { kind: "reply", text: "uno" });
  await settle();
  outbox.resume();
  await settle();
  assert.equal(requests.length, 2);
});

test("a reload sends what was left", async () => {
  answers = [OFFLINE];
  newOutbox().add("Q-1", { kind: "reply", text: "uno" });
  await settle();
  const [before] = requests;
  requests = [];
  newOutbox();
  await settle();
  assert.deepEqual(requests, [before]);
});

test("what the server refuses stays with the reason and holds nothing up", async () => {
  answers = [new Refused(422, { error: "too_long" })];
  const outbox = newOutbox();
  outbox.add("Q-1", { kind: "reply", text: "uno" });
  outbox.add("Q-1", { kind: "reply", text: "dos" });
  await settle();
  assert.deepEqual(
    requests.map(({ body }) => body.text),
    ["uno", "dos"],
  );
  const [refused, ...others] = outbox.entriesOf("Q-1");
  assert.equal(refused.refusal, "refused: too_long");
  assert.deepEqual(others, []);
  outbox.resume();
  await settle();
  assert.equal(requests.length, 2); // and is not tried again
  assert.deepEqual(outbox.remove(refused.id), refused);
  assert.deepEqual(outbox.entriesOf("Q-1"), []);
});

test("a session that is over keeps everything", async () => {
  answers = [new Refused(401, { error: "signed_out" })];
  const outbox = newOutbox();
  outbox.add("Q-1", { kind: "reply", text: "uno" });
  await settle();
  mock.timers.tick(60_000);
  await settle();
  assert.equal(requests.length, 1);
  assert.equal(outbox.entriesOf("Q-1")[0].refusal, null);
});

test("a question about what is known comes back with the facts", async () => {
  const known = [{ name: "order_number", value: "10482", source: "customer" }];
  answers = [new Refused(409, { error: "already_known", known })];
  const outbox = newOutbox();
  /** @type {any[]} */
  const events = [];
  outbox.on("known", new AbortController().signal, (detail) => events.push(detail));
  outbox.add("Q-1", { kind: "reply", text: "¿Cuál es su pedido?" });
  await settle();
  assert.deepEqual(
    events.map(({ reference, entry, known: facts }) => [reference, entry.text, facts]),
    [["Q-1", "¿Cuál es su pedido?", known]],
  );
  assert.deepEqual(outbox.entriesOf("Q-1"), []);
});

test("listeners hear of what was sent until they are ended", async () => {
  answers = [{ message: { seq: 7 } }, {}];
  const outbox = newOutbox();
  const listening = new AbortController();
  /** @type {any[]} */
  const sent = [];
  outbox.on("sent", listening.signal, ({ answer }) => sent.push(answer));
  outbox.add("Q-1", { kind: "reply", text: "uno" });
  await settle();
  listening.abort();
  outbox.add("Q-1", { kind: "reply", text: "dos" });
  await settle();
  assert.deepEqual(sent, [{ message: { seq: 7 } }]);
});
