// @ts-check
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Refused } from "../../../bot/web/console/api.js";
import { languages as console_, textsFor } from "../../../bot/web/console/texts.js";
import { sharedTexts } from "../../../bot/web/shared/texts.js";
import { languageOf, languages as widget, textsFor as widgetTextsFor } from "../../../bot/web/widget/texts.js";
import { setGlobal } from "./fakes.js";

before(() => setGlobal("navigator", { languages: ["fr-FR", "es-MX", "es-CO"] }));

/**
 * Return one line for each text: its path, and how many values it takes.
 *
 * @param {unknown} value
 * @param {string} [path]
 * @returns {string[]}
 */
function shapeOf(value, path = "") {
  if (typeof value === "function") return [`${path}(${value.length})`];
  if (typeof value !== "object" || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, part]) => shapeOf(part, `${path}.${key}`));
}

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function emptyTexts(value, path = "") {
  if (value === "") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => emptyTexts(part, `${path}.${key}`));
}

const PAIRS = /** @type {[string, unknown, unknown, number][]} */ ([
  ["chat", widget.es, widget.en, 40],
  ["console sentences", console_.es.sentences, console_.en.sentences, 250],
  ["console words", console_.es.words, console_.en.words, 150],
  ["shared", sharedTexts.es, sharedTexts.en, 10],
]);

for (const [name, spanish, english, fewest] of PAIRS) {
  test(`Spanish and English have the same texts: ${name}`, () => {
    assert.ok(shapeOf(spanish).length >= fewest);
    assert.deepEqual(shapeOf(english).sort(), shapeOf(spanish).sort());
    assert.deepEqual([...emptyTexts(spanish), ...emptyTexts(english)], []);
  });
}

test("the reader's own region writes dates and times", () => {
  assert.equal(textsFor("es").locale, "es-MX");
  assert.equal(textsFor("en").locale, "en-US");
  assert.equal(widgetTextsFor("es").locale, "es-MX");
});

test("the chat speaks the page's language, or Spanish", () => {
  const cases = { "en-GB": "en", EN: "en", "es-CO": "es", fr: "es", "": "es" };
  for (const [tag, language] of Object.entries(cases)) assert.equal(languageOf(tag), language);
  assert.equal(languageOf(null), "es");
});

test("a slug without words is shown as it is", () => {
  const texts = textsFor("en");
  assert.equal(texts.category("not_delivered"), "Not delivered");
  assert.equal(texts.category("eaten_by_dog"), "eaten by dog");
  assert.equal(texts.category(null), "");
});

test("refusals use their details, then the server's sentence, then ours", () => {
  const texts = textsFor("es");
  assert.equal(texts.refusal(new Refused(409, { error: "claimed_before", by: "Ana", text: "x" })), "Ana lo tomó primero.");
  assert.equal(texts.refusal(new Refused(422, { error: "unknown_code", text: "Dicho así." })), "Dicho así.");
  assert.equal(texts.refusal(new Refused(0, { error: "offline" })), texts.refusals.offline);
  assert.equal(texts.refusal(new Refused(500, {})), texts.refusals.server);
});

test("counts are singular or plural", () => {
  const texts = textsFor("es");
  assert.equal(texts.unanswered(1), "1 mensaje sin responder");
  assert.equal(texts.unanswered(3), "3 mensajes sin responder");
  assert.equal(texts.decision.failures(0), "sin fallas anteriores");
  assert.equal(texts.promise.zone("America/Argentina/Buenos_Aires"), "Hora de Buenos Aires");
});
