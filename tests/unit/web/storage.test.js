// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserStorage, PrefixedStorage } from "../../../bot/web/shared/storage.js";
import { FakeStorage } from "./fakes.js";

test("values are stored under the prefix", () => {
  const storage = new FakeStorage();
  const own = new PrefixedStorage(storage, "own ");
  own.set("key", "text");
  own.setJson("list", [1, 2]);
  assert.equal(storage.getItem("own key"), "text");
  assert.equal(own.get("key"), "text");
  assert.deepEqual(own.getJson("list"), [1, 2]);
  assert.equal(own.getJson("missing"), null);
  assert.equal(new PrefixedStorage(storage, "other ").get("key"), null);
});

test("null removes a value", () => {
  const storage = new FakeStorage();
  const own = new PrefixedStorage(storage, "own ");
  own.set("key", "text");
  own.set("key", null);
  own.setJson("json", { a: 1 });
  own.setJson("json", null);
  assert.equal(own.get("key"), null);
  assert.equal(storage.length, 0);
});

test("clear removes what has the prefix and nothing else", () => {
  const storage = new FakeStorage();
  const own = new PrefixedStorage(storage, "own ");
  storage.setItem("another page's", "kept");
  own.set("first", "1");
  storage.isFull = true;
  own.set("second", "2");
  assert.deepEqual([...own.keys()].sort(), ["first", "second"]);
  own.clear();
  assert.equal(own.keys().size, 0);
  assert.equal(storage.getItem("another page's"), "kept");
});

test("a full storage keeps values for as long as the page lives", () => {
  const storage = new FakeStorage();
  const own = new PrefixedStorage(storage, "own ");
  own.set("key", "old");
  storage.isFull = true;
  own.set("key", "new");
  assert.equal(own.get("key"), "new");
  storage.isFull = false;
  own.set("key", "newest");
  assert.equal(own.get("key"), "newest");
  assert.equal(storage.getItem("own key"), "newest");
});

test("without permission to store, values last as long as the page", () => {
  // Node has no window: reading its property throws, as a browser does that blocks storage.
  const own = browserStorage("own ");
  own.setJson("key", { a: 1 });
  assert.deepEqual(own.getJson("key"), { a: 1 });
  own.setJson("key", null);
  assert.equal(own.getJson("key"), null);
});
