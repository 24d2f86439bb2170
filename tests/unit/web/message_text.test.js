// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { splitText } from "../../../bot/web/shared/message_text.js";

test("codes and links are parts of their own", () => {
  assert.deepEqual(splitText("Caso Q-4827-3916, vea https://a.example/x?y=1.", { links: true }), [
    { kind: "plain", text: "Caso " },
    { kind: "code", text: "Q-4827-3916" },
    { kind: "plain", text: ", vea " },
    { kind: "link", text: "https://a.example/x?y=1" },
    { kind: "plain", text: "." },
  ]);
});

test("links are links only where they are wanted", () => {
  const text = "vea https://a.example/x";
  assert.deepEqual(splitText(text), [{ kind: "plain", text }]);
});

test("vouchers are codes, telephone numbers and words are not", () => {
  const codes = (/** @type {string} */ text) =>
    splitText(text).flatMap((part) => (part.kind === "code" ? part.text : []));
  assert.deepEqual(codes("Su bono: 7FQW-RUHV-274P."), ["7FQW-RUHV-274P"]);
  assert.deepEqual(codes("Llame al 301-555-0199 o al 2026-12-03"), []);
});

test("no part is lost", () => {
  const texts = ["", "hola", "Q-4827-3916", "a https://b.example c Q-4827-3916 d", "javascript:alert(1)"];
  for (const text of texts) {
    const parts = splitText(text, { links: true });
    assert.equal(parts.map((part) => part.text).join(""), text);
    assert.ok(parts.every((part) => part.kind !== "link" || /^https?:\/\//.test(part.text)));
  }
});
