// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Format } from "../../../bot/web/console/format.js";
import { languages } from "../../../bot/web/console/texts.js";

const PESOS = { time_zone: "America/Bogota", currency: "COP", minor_digits: 2 };
const DOLLARS = { time_zone: "America/New_York", currency: "USD", minor_digits: 2 };
const spanish = new Format(languages.es.sentences, PESOS);
const english = new Format(languages.en.sentences, DOLLARS);

/** @param {number} milliseconds */
const fromNow = (milliseconds) => new Date(spanish.now() + milliseconds).toISOString();

/**
 * A format whose server's clock shows this moment.
 *
 * @param {string} iso
 */
function formatAt(iso) {
  const format = new Format(languages.es.sentences, PESOS);
  format.serverTime = iso;
  return format;
}

test("typed amounts become minor units", () => {
  const cases = /** @type {[Format, string, number | null][]} */ ([
    [spanish, "150.000", 15_000_000],
    [spanish, "150000", 15_000_000],
    [spanish, "$ 98.700,50", 9_870_050],
    [spanish, "0,05", 5],
    [spanish, "", null],
    [spanish, "abc", null],
    [spanish, "1,2,3", null],
    [english, "1,234.56", 123_456],
    [english, "1234.5", 123_450],
    [english, "$0.29", 29],
    [english, "1.2.3", null],
  ]);
  for (const [format, typed, minor] of cases) assert.equal(format.parseAmount(typed), minor, typed);
});

test("an amount that is shown for editing is read back unchanged", () => {
  for (const format of [spanish, english]) {
    for (const minor of [1, 5, 99, 100, 101, 9_870_000, 10_900_050, 123_456_789]) {
      assert.equal(format.parseAmount(format.editableAmount(minor)), minor);
    }
  }
});

test("money has the currency's sign, and decimals only when they count", () => {
  const plain = (/** @type {string} */ text) => text.replace(/\s/g, " ");
  assert.equal(plain(spanish.money(9_870_000)), "$ 98.700");
  assert.equal(plain(spanish.money(9_870_050)), "$ 98.700,50");
  assert.equal(english.money(123_456), "$1,234.56");
  assert.equal(english.money(123_400), "$1,234");
});

test("durations have the largest units", () => {
  const cases = /** @type {[number, string][]} */ ([
    [-5_000, "0 s"],
    [0, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_599_999, "59 min"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 min"],
    [86_399_000, "23 h 59 min"],
    [86_400_000, "1 d"],
    [300_000_000, "3 d"],
  ]);
  for (const [milliseconds, text] of cases) assert.equal(spanish.duration(milliseconds), text);
});

test("deadlines say how long ago or how soon", () => {
  assert.equal(spanish.until(fromNow(125_000)), "vence en 2 min");
  assert.equal(spanish.until(fromNow(-125_000)), "venció hace 2 min");
  assert.equal(spanish.since(fromNow(-3_605_000)), "1 h");
  assert.equal(spanish.waiting(fromNow(-125_000)), "En espera, 2 min");
});

test("days are named in the company's time zone, by the server's clock", () => {
  const format = formatAt("2026-03-10T04:30:00Z"); // still the 9th in Bogotá
  assert.equal(format.dayName("2026-03-09T23:00:00Z"), "hoy");
  assert.equal(format.dayName("2026-03-09T04:59:00Z"), "ayer");
  assert.equal(format.dayName("2026-03-10T05:00:00Z"), "mañana");
  assert.match(format.dayName("2026-03-01T12:00:00Z"), /^1 (de )?mar/);
  assert.doesNotMatch(format.dayName("2026-03-01T12:00:00Z"), /2026/);
  assert.match(format.dayName("2025-12-31T12:00:00Z"), /2025$/);
  assert.match(format.moment("2026-03-09T20:40:00Z"), /^hoy, 3:40/);
});

test("date fields hold the company's time and are read back", () => {
  const at = Date.parse("2026-12-03T20:40:00Z");
  assert.equal(spanish.toDateTimeField(at), "2026-12-03T15:40");
  assert.equal(spanish.fromDateTimeField("2026-12-03T15:40"), "2026-12-03T20:40:00.000Z");
});

test("date fields are right on both sides of a change of the clocks", () => {
  // New York: 02:00 → 03:00 on 8 March 2026, 02:00 → 01:00 on 1 November 2026.
  const moments = [
    ["2026-03-08T06:30:00.000Z", "2026-03-08T01:30"],
    ["2026-03-08T07:30:00.000Z", "2026-03-08T03:30"],
    ["2026-11-01T04:30:00.000Z", "2026-11-01T00:30"],
    ["2026-11-01T07:30:00.000Z", "2026-11-01T02:30"],
  ];
  for (const [iso, local] of moments) {
    assert.equal(english.toDateTimeField(Date.parse(iso)), local);
    assert.equal(english.fromDateTimeField(local), iso);
  }
});
