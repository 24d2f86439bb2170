// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { socketUrl } from "../../../bot/web/shared/connection.js";
import { photoProblem } from "../../../bot/web/shared/photo_files.js";
import { textLength } from "../../../bot/web/shared/text_box.js";
import { uuid } from "../../../bot/web/shared/uuid.js";
import { languages } from "../../../bot/web/widget/texts.js";

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

test("ids are UUIDs, on pages without crypto.randomUUID as well", () => {
  assert.match(uuid(), UUID);
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  try {
    assert.match(uuid(), UUID);
    assert.notEqual(uuid(), uuid());
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: randomUUID, configurable: true });
  }
});

test("an emoji is one character", () => {
  assert.equal(textLength("hola 👋"), 6);
  assert.equal(textLength(""), 0);
});

test("the socket is as safe as the page", () => {
  assert.equal(socketUrl("chat/socket", "https://chat.example/base/").href, "wss://chat.example/base/chat/socket");
  assert.equal(socketUrl("/console/socket", "http://127.0.0.1:8000/console").href, "ws://127.0.0.1:8000/console/socket");
});

test("files that are no photos or too large are refused with a sentence", () => {
  const { es } = languages;
  const photo = { name: "a.jpg", type: "image/jpeg", size: 10 * 1024 * 1024 };
  assert.equal(photoProblem(photo, es), null);
  assert.equal(photoProblem({ ...photo, size: photo.size + 1 }, es), es.photoSize("a.jpg"));
  assert.equal(photoProblem({ ...photo, type: "image/gif" }, es), es.photoKind("a.jpg"));
});
