// @ts-check
/** The supervisors' wallboard: waiting cases, the team, promises, and the sixty-second clock. */

import { element } from "../shared/dom.js";
import { chip, table, tableRow, ticking } from "./controls.js";
import { caseAnchor } from "./links.js";

/** @import { WallboardData } from "../shared/types.js" */
/** @import { Tone } from "./controls.js" */
/** @import { Workspace } from "./workspace.js" */

const EVERY_MS = 10_000;

/** @type {Record<string, Tone>} */
const PRESENCE_TONES = { available: "good", away: "warn", offline: "" };

export class WallboardView {
  kind = "wallboard";
  #workspace;
  #body = element("div");
  /** @type {number | undefined} */
  #timer;

  /** @param {Workspace} workspace */
  constructor(workspace) {
    this.#workspace = workspace;
    this.element = element(
      "div",
      { class: "view-page" },
      element("h2", { tabindex: "-1" }, workspace.texts.views.wallboard),
      this.#body,
    );
  }

  shown() {
    this.#fetch();
    this.#timer = setInterval(() => document.hidden || this.#fetch(), EVERY_MS);
  }

  boardChanged() {
    this.#fetch();
  }

  leave() {
    clearInterval(this.#timer);
  }

  async #fetch() {
    const data = await this.#workspace.api.get("api/wallboard").catch(() => null);
    if (data) this.#show(data);
  }

  /** @param {WallboardData} data */
  #show(data) {
    const words = this.#workspace.texts.wallboard;
    this.#body.replaceChildren(
      element("dl", { class: "numbers" }, ...this.#numbers(data)),
      element("h3", {}, words.team),
      this.#team(data.agents),
      element("h3", {}, words.promises),
      this.#promises(data.promises.list),
    );
  }

  /** @param {WallboardData} data */
  #numbers(data) {
    const { texts, format } = this.#workspace;
    const words = texts.wallboard;
    const { waiting, longest_wait_seconds: longest, active, agents, promises, clock, answers } = data;
    const online = agents.filter(({ presence }) => presence === "available").length;
    const median = this.#seconds(clock.median_seconds);
    const worst = this.#seconds(clock.worst_seconds);
    return [
      number(
        words.waiting,
        waiting,
        words.longest(format.duration((longest ?? 0) * 1000)),
        waiting && !online ? "bad" : "",
      ),
      number(words.active, active, words.online(online, agents.length)),
      number(
        words.clock,
        percent(clock.within_60, clock.complaints),
        words.median(median, worst, clock.complaints),
        clock.within_60 < clock.complaints ? "warn wide" : "good wide",
      ),
      number(words.dueSoon, promises.due_soon, words.open(promises.open), promises.due_soon ? "warn" : ""),
      number(words.broken, promises.broken_today, words.today, promises.broken_today ? "bad" : "good"),
      number(
        words.asked,
        percent(answers.asked_known, answers.sent),
        words.askedNote(answers.asked_known, answers.sent),
      ),
      number(words.resolved, data.resolved_today, words.returned(data.returned_today)),
    ];
  }

  /** @param {number | null} value */
  #seconds(value) {
    if (value === null) return "–";
    return `${value.toLocaleString(this.#workspace.texts.locale, { maximumFractionDigits: 1 })} s`;
  }

  /** @param {WallboardData["agents"]} agents */
  #team(agents) {
    const { texts } = this.#workspace;
    const rows = agents.map(({ name, role, presence, load, capacity }) => {
      const meter = element("meter", {
        min: "0",
        max: Math.max(capacity, load, 1),
        value: load,
        "aria-label": texts.wallboard.loadOf(name),
      });
      return tableRow([
        name,
        texts.role(role),
        chip(texts.presence(presence), PRESENCE_TONES[presence]),
        element("span", { class: "load" }, meter, `${load} / ${capacity}`),
      ]);
    });
    return table(texts.wallboard.teamHeads, element("tbody", {}, ...rows));
  }

  /** @param {WallboardData["promises"]["list"]} promises */
  #promises(promises) {
    const { texts, format } = this.#workspace;
    if (!promises.length) return element("p", { class: "quiet" }, texts.wallboard.noPromises);
    const rows = promises.map(({ reference, what, words, due_at: dueAt, agent }) => {
      const isLate = Date.parse(dueAt) < format.now();
      return tableRow([
        ticking("until", dueAt, format, { class: isLate ? "late" : "" }),
        caseAnchor(reference),
        words || texts.promised(what),
        agent ?? "–",
      ]);
    });
    return table(texts.wallboard.promiseHeads, element("tbody", {}, ...rows));
  }
}

/**
 * @param {string} term
 * @param {string | number} value
 * @param {string} caption
 * @param {string} [tone] its classes
 */
function number(term, value, caption, tone = "") {
  return element(
    "div",
    { class: tone },
    element("dt", {}, term),
    element("dd", {}, element("strong", {}, String(value)), element("span", { class: "quiet" }, caption)),
  );
}

/**
 * @param {number} part
 * @param {number} whole
 */
export const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : "–");
