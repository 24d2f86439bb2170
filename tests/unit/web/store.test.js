// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Store } from "../../../bot/web/widget/store.js";
import { FakeStorage, setGlobal } from "./fakes.js";

const ORIGIN = "https://chat.example";

beforeEach(() => {
  setGlobal("window", { localStorage: new FakeStorage(), sessionStorage: new FakeStorage() });
});

test("unsent messages come back in the order they were written, in every tab", () => {
  const store = new Store(ORIGIN);
  const first = store.addUnsent({ text: "uno", photos: [] });
  const second = store.addUnsent({ token: "t" });
  const third = store.addUnsent({ text: "tres", photos: [] });
  assert.deepEqual(new Store(ORIGIN).unsent, [first, second, third]);
  assert.equal(new Set([first.id, second.id, third.id]).size, 3);
});

test("what the server has is removed", () => {
  const store = new Store(ORIGIN);
  const first = store.addUnsent({ text: "uno", photos: [] });
  const second = store.addUnsent({ text: "dos", photos: [] });
  store.removeUnsent(first.id);
  assert.deepEqual(store.unsent, [second]);
});

test("chats of two servers on one page do not mix", () => {
  const store = new Store(ORIGIN);
  const other = new Store("https://other.example");
  store.session = "token";
  store.addUnsent({ text: "uno", photos: [] });
  assert.equal(other.session, null);
  assert.deepEqual(other.unsent, []);
});

test("the session is shared by all tabs, the draft is this tab's own", () => {
  const store = new Store(ORIGIN);
  store.session = "token";
  store.draft = "un borrador";
  const { localStorage } = globalThis.window;
  setGlobal("window", { localStorage, sessionStorage: new FakeStorage() });
  const otherTab = new Store(ORIGIN);
  assert.equal(otherTab.session, "token");
  assert.equal(otherTab.draft, "");
  assert.equal(store.draft, "un borrador");
  store.draft = "";
  assert.equal(store.draft, "");
});

test("the device's number stays", () => {
  const { device } = new Store(ORIGIN);
  assert.match(device, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  assert.equal(new Store(ORIGIN).device, device);
});

test("whether the panel is open is null until the visitor opens or closes it", () => {
  const store = new Store(ORIGIN);
  assert.equal(store.open, null);
  store.open = false;
  assert.equal(store.open, false);
  store.open = true;
  assert.equal(store.open, true);
});
