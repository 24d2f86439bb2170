// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { newsBetween } from "../../../bot/web/console/board.js";
import { detailsText } from "../../../bot/web/console/case_history.js";
import { Draft } from "../../../bot/web/console/drafts.js";
import { Format } from "../../../bot/web/console/format.js";
import { caseLink, searchLink } from "../../../bot/web/console/links.js";
import { commonMoments } from "../../../bot/web/console/promise_dialog.js";
import { textsFor } from "../../../bot/web/console/texts.js";
import { percent } from "../../../bot/web/console/wallboard_view.js";
import { PrefixedStorage } from "../../../bot/web/shared/storage.js";
import { FakeStorage, setGlobal } from "./fakes.js";

setGlobal("navigator", { languages: [] });
const COMPANY = { time_zone: "America/Bogota", currency: "COP", minor_digits: 2 };

/**
 * @param {number} handoff
 * @param {number} [unanswered]
 */
const card = (handoff, unanswered = 0) => /** @type {any} */ ({ handoff, unanswered });

/**
 * @param {number} id
 * @param {string} state
 */
const approval = (id, state) => /** @type {any} */ ({ id, state });

test("the board's news are what this agent has not seen", () => {
  const before = {
    queue: [card(1)],
    mine: [card(2, 1), card(3, 1)],
    approvals: [approval(10, "open"), approval(11, "open"), approval(12, "approved")],
  };
  const after = {
    queue: [card(1), card(4)],
    mine: [card(2, 2), card(3, 0), card(5, 3)],
    approvals: [approval(10, "declined"), approval(11, "open"), approval(12, "approved"), approval(13, "open"), approval(14, "approved")],
  };
  assert.deepEqual(newsBetween(before, after), {
    waiting: [card(4)],
    assigned: [card(5, 3)],
    written: [card(2, 2)],
    asked: [approval(13, "open")],
    decided: [approval(10, "declined")],
  });
  const none = { waiting: [], assigned: [], written: [], asked: [], decided: [] };
  assert.deepEqual(newsBetween(after, after), none);
});

test("a draft survives a reload and goes when it is empty", () => {
  const storage = new PrefixedStorage(new FakeStorage(), "");
  new Draft(storage, "Q-1").set("reply", "hola");
  assert.equal(new Draft(storage, "Q-1").get("reply"), "hola");
  assert.equal(new Draft(storage, "Q-2").get("reply"), "");
  new Draft(storage, "Q-1").set("reply", "");
  assert.equal(storage.keys().size, 0);
});

test("a message that comes back stands before what was written meanwhile", () => {
  const draft = new Draft(new PrefixedStorage(new FakeStorage(), ""), "Q-1");
  const [first, second] = ["a", "b"].map((id) => ({ id, width: 1, height: 1 }));
  const known = [{ name: "order_number", value: "1", source: "customer" }];
  draft.set("reply", "dos");
  draft.set("photos", [second]);
  draft.restore(/** @type {any} */ ({ kind: "reply", text: "uno", photos: [first] }), known);
  assert.equal(draft.get("reply"), "uno\ndos");
  assert.deepEqual(draft.get("photos"), [first, second]);
  assert.deepEqual(draft.get("known"), known);
  draft.restore(/** @type {any} */ ({ kind: "note", text: "nota", photos: [] }), null);
  assert.equal(draft.get("note"), "nota");
  assert.deepEqual(draft.get("photos"), [first, second]);
});

test("the history tells details in words", () => {
  const texts = textsFor("es");
  const format = new Format(texts, COMPANY);
  format.serverTime = "2026-12-03T20:40:00Z";
  const me = /** @type {any} */ ({ remedies: [{ name: "refund", title: "Devolución" }], causes: [] });
  const text = (/** @type {Record<string, unknown>} */ detail) => detailsText(detail, { texts, format, me });
  assert.equal(text({ reason: "wants_human" }), "motivo: Pidió una persona");
  assert.equal(text({ remedy: "refund", amount: { text: "$ 10" } }), "remedio: Devolución · amount: $ 10");
  assert.match(text({ due_at: "2026-12-03T22:00:00+00:00" }), /^para el: hoy, 5:00/);
  assert.equal(text({ also: ["damaged", "wrong_item"] }), `también: ${texts.category("damaged")}, ${texts.category("wrong_item")}`);
  assert.equal(text({ state: "open", kinds: [], words: "", cause: null }), "");
});

test("the common moments of a promise are on the company's clock", () => {
  const format = new Format(textsFor("es"), COMPANY);
  const now = Date.parse("2026-12-03T20:40:00Z");
  const moments = commonMoments({
    now: () => now,
    toDateTimeField: (at) => format.toDateTimeField(at),
    fromDateTimeField: (local) => format.fromDateTimeField(local),
  });
  assert.deepEqual(
    Object.values(moments).map((at) => new Date(at).toISOString()),
    [
      "2026-12-03T21:40:00.000Z",
      "2026-12-03T23:00:00.000Z",
      "2026-12-04T15:00:00.000Z",
      "2026-12-04T23:00:00.000Z",
    ],
  );
});

test("links hold any words", () => {
  assert.equal(caseLink("Q-1"), "#/case/Q-1");
  assert.equal(searchLink("a/b #c"), "#/search/a%2Fb%20%23c");
});

test("percentages of nothing are a dash", () => {
  assert.equal(percent(1, 3), "33 %");
  assert.equal(percent(0, 0), "–");
});
