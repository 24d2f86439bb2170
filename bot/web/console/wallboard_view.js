/** The supervisors' wall: who waits, who is here, what was promised, and the sixty-second clock. */

import { element } from "../shared/dom.js";
import { chip, ticking } from "./controls.js";

const EVERY_MS = 10_000;

export class Wallboard {
  static kind = "wallboard";
  #desk;
  #body = element("div", { class: "wall" });
  #timer;

  constructor(desk) {
    this.#desk = desk;
    this.element = element("div", { class: "view-page" }, element("h2", { tabindex: "-1" }, desk.texts.views.wallboard), this.#body);
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
    const wall = await this.#desk.api.get("api/wallboard").catch(() => null);
    if (wall) this.#show(wall);
  }

  #show({ waiting, longest_wait_seconds: longest, active, agents, promises, clock, answers, ...today }) {
    const { texts, format } = this.#desk;
    const words = texts.wall;
    const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : "–");
    const seconds = (value) => (value == null ? "–" : `${value.toLocaleString(texts.locale, { maximumFractionDigits: 1 })} s`);
    const online = agents.filter(({ presence }) => presence === "available").length;
    this.#body.replaceChildren(
      element(
        "dl",
        { class: "numbers" },
        number(words.waiting, waiting, words.longest(format.span((longest ?? 0) * 1000)), waiting && !online ? "bad" : ""),
        number(words.active, active, words.online(online, agents.length)),
        number(
          words.clock,
          percent(clock.within_60, clock.complaints),
          words.median(seconds(clock.median_seconds), seconds(clock.worst_seconds), clock.complaints),
          clock.within_60 < clock.complaints ? "warn wide" : "good wide",
        ),
        number(words.dueSoon, promises.due_soon, words.open(promises.open), promises.due_soon ? "warn" : ""),
        number(words.broken, promises.broken_today, words.today, promises.broken_today ? "bad" : "good"),
        number(words.asked, percent(answers.asked_known, answers.sent), words.askedNote(answers.asked_known, answers.sent), ""),
        number(words.resolved, today.resolved_today, words.returned(today.returned_today)),
      ),
      element("h3", {}, words.team),
      team(agents, texts),
      element("h3", {}, words.promises),
      promiseTable(promises.list ?? [], texts, format),
    );
  }
}

function number(word, value, note, tone = "") {
  return element(
    "div",
    { class: tone },
    element("dt", {}, word),
    element("dd", {}, element("strong", {}, String(value)), element("span", { class: "quiet" }, note)),
  );
}

function table(heads, rows) {
  return element(
    "div",
    { class: "table" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...rows),
    ),
  );
}

const cells = (...contents) => element("tr", {}, ...contents.map((content) => element("td", {}, content)));

function team(agents, texts) {
  const tone = { available: "good", away: "warn", offline: "" };
  const rows = agents.map(({ name, role, presence, load, capacity }) => {
    const meter = element("meter", { min: "0", max: String(Math.max(capacity, load, 1)), value: String(load), "aria-label": texts.wall.loadOf(name) });
    return cells(name, texts.role(role), chip(texts.presence(presence), tone[presence] ?? ""), element("span", { class: "load" }, meter, `${load} / ${capacity}`));
  });
  return table(texts.wall.teamHeads, rows);
}

function promiseTable(list, texts, format) {
  if (!list.length) return element("p", { class: "quiet" }, texts.wall.noPromises);
  const rows = list.map(({ reference, what, words, due_at: due, agent }) =>
    cells(
      ticking("until", due, format, { class: new Date(due) < format.now() ? "late" : "" }),
      element("a", { href: `#/case/${encodeURIComponent(reference)}` }, reference),
      words || texts.promised(what),
      agent?.name ?? agent ?? "–",
    ),
  );
  return table(texts.wall.promiseHeads, rows);
}
