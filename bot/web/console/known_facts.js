/** "We know this already": what a draft asks for, with where it came from, ready to be put in. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";
import { icon } from "../shared/icons.js";

const CHECK_MS = 600;

export class Known {
  #texts;
  #ask;
  #onInsert;
  #onSend;
  #timer;
  #draft = "";
  #shown = "null";

  /** `ask(text)` asks the server; `onInsert(value)`; `onSend()` sends it all the same. */
  constructor({ texts, ask, onInsert, onSend }) {
    this.#texts = texts;
    this.#ask = ask;
    this.#onInsert = onInsert;
    this.#onSend = onSend;
    this.element = element("div", { class: "known", role: "status" });
  }

  /** Look at a draft once the agent pauses. Not knowing is no reason to disturb. */
  check(text) {
    this.stop();
    this.#draft = text.trim();
    if (!this.#draft) return this.show(null);
    this.#timer = setTimeout(async () => {
      const asked = this.#draft;
      const answer = await this.#ask(asked).catch(() => null);
      if (answer && this.#draft === asked) this.show(answer.known);
    }, CHECK_MS);
  }

  /** No answer that is still to come counts any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#draft = "";
  }

  /** `stopped`: the message was held back, and going on is for the agent to decide. */
  show(known, { stopped = false } = {}) {
    const print = JSON.stringify(known?.length ? [known, stopped] : null);
    if (print === this.#shown) return;
    this.#shown = print;
    this.element.replaceChildren(...(known?.length ? this.#content(known, stopped) : []));
  }

  #content(known, stopped) {
    const words = this.#texts.known;
    return [
      element("p", { class: "known-title" }, icon("shield"), stopped ? words.stopped : words.title),
      element("ul", { role: "list" }, ...known.map((fact) => this.#row(fact))),
      ...(stopped ? [button({ text: words.anyway, kind: "small plain" }, () => this.#onSend())] : []),
    ];
  }

  #row({ name, value, source }) {
    const texts = this.#texts;
    const fact = texts.fact(name);
    const look = { text: texts.known.insert, kind: "small plain", "aria-label": texts.known.insertNamed(fact) };
    return element(
      "li",
      {},
      element("span", {}, `${fact}: `, element("strong", {}, value)),
      element("span", { class: "quiet" }, texts.source(source)),
      button(look, () => this.#onInsert(value)),
    );
  }
}
