// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { fillPlaceholders, findAnswers, findPlaceholder } from "../../../bot/web/console/canned_answers.js";

/** @import { Language } from "../../../bot/web/shared/types.js" */

test("placeholders become the case's values, and those without a value stay", () => {
  const values = { customer: "Ana", due: "hoy, 3:40 p. m." };
  assert.equal(fillPlaceholders("Hola, {customer}: {order}.", values), "Hola, Ana: {order}.");
  assert.equal(fillPlaceholders("Le respondo {due}. Gracias.", values), "Le respondo hoy, 3:40 p. m. Gracias.");
  assert.equal(fillPlaceholders("{unknown} {agent}", { agent: "$&" }), "{unknown} $&");
});

test("the first placeholder that is left is found", () => {
  assert.deepEqual(findPlaceholder("El pedido {order} y {due}"), { start: 10, end: 17 });
  assert.equal(findPlaceholder("nada {que} llenar"), null);
});

test("answers are found by name, title and text, whatever their case and accents", () => {
  const answers = [
    { name: "greeting", title: { es: "Saludo", en: "Greeting" }, text: { es: "Buenos días", en: "Good morning" } },
    { name: "wait", title: { es: "Espera", en: "Wait" }, text: { es: "Lo reviso", en: "I am checking" } },
  ];
  /**
   * @param {string} words
   * @param {Language} title
   * @param {Language} text
   */
  const names = (words, title, text) => findAnswers(answers, words, { title, text }).map(({ name }) => name);
  assert.deepEqual(names("", "es", "es"), ["greeting", "wait"]);
  assert.deepEqual(names("DIAS saludo", "es", "es"), ["greeting"]);
  assert.deepEqual(names("espera checking", "es", "en"), ["wait"]);
  assert.deepEqual(names("object", "es", "es"), []);
});
