// @ts-check
/** "We know this already": the facts that a draft asks for, with their source, ready to be inserted. */

import { element } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { button } from "./controls.js";

/** @import { Fact } from "../shared/types.js" */
/** @import { ConsoleTexts } from "./texts.js" */

const CHECK_MS = 600;

export class KnownFacts {
  #texts;
  #check;
  #onInsert;
  #onSend;
  /** @type {number | undefined} */
  #timer;
  #draft = "";
  #shown = "null"; // as JSON

  /**
   * @param {object} options
   * @param {ConsoleTexts} options.texts
   * @param {(text: string) => Promise<{ known: Fact[] }>} options.check asks the server about a draft
   * @param {(value: string) => void} options.onInsert
   * @param {() => void} options.onSend called when the agent wants to ask all the same
   */
  constructor({ texts, check, onInsert, onSend }) {
    this.#texts = texts;
    this.#check = check;
    this.#onInsert = onInsert;
    this.#onSend = onSend;
    this.element = element("div", { class: "known-facts", role: "status" });
  }

  /**
   * Check a draft once the agent pauses. A check that fails says nothing.
   *
   * @param {string} text
   */
  check(text) {
    this.cancel();
    this.#draft = text.trim();
    if (!this.#draft) return this.show(null);
    this.#timer = setTimeout(async () => {
      const checked = this.#draft;
      const answer = await this.#check(checked).catch(() => null);
      if (answer && this.#draft === checked) this.show(answer.known);
    }, CHECK_MS);
  }

  /** Ignore the answer of a check that is under way. */
  cancel() {
    clearTimeout(this.#timer);
    this.#draft = "";
  }

  /**
   * @param {Fact[] | null} facts
   * @param {{ stopped?: boolean }} [options] `stopped`: the server held the message back; the agent may
   *   send it all the same
   */
  show(facts, { stopped = false } = {}) {
    const shown = JSON.stringify(facts?.length ? [facts, stopped] : null);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.replaceChildren(...(facts?.length ? this.#content(facts, stopped) : []));
  }

  /**
   * @param {Fact[]} facts
   * @param {boolean} stopped
   */
  #content(facts, stopped) {
    const texts = this.#texts.known;
    return [
      element("p", { class: "known-title" }, icon("shield"), stopped ? texts.stopped : texts.title),
      element("ul", { role: "list" }, ...facts.map((fact) => this.#row(fact))),
      ...(stopped ? [button({ text: texts.anyway, kind: "small plain" }, () => this.#onSend())] : []),
    ];
  }

  /** @param {Fact} fact */
  #row({ name, value, source }) {
    const texts = this.#texts;
    const label = texts.fact(name);
    return element(
      "li",
      {},
      element("span", {}, `${label}: `, element("strong", {}, value)),
      element("span", { class: "quiet" }, texts.source(source)),
      button(
        { text: texts.known.insert, kind: "small plain", "aria-label": texts.known.insertNamed(label) },
        () => this.#onInsert(value),
      ),
    );
  }
}
