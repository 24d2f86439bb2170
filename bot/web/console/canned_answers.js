// @ts-check
/** The canned answers: found by their words, filled from the case, inserted at the cursor. */

import { element } from "../shared/dom.js";

/** @import { CannedAnswer, Language } from "../shared/types.js" */
/** @import { ConsoleTexts } from "./texts.js" */

/** @typedef {"customer" | "agent" | "reference" | "order" | "due"} PlaceholderName */
/** @typedef {Partial<Record<PlaceholderName, string>>} Placeholders */

const PLACEHOLDER = /\{(customer|agent|reference|order|due)\}/;
const STEPS = new Map([
  ["ArrowDown", 1],
  ["ArrowUp", -1],
]);

/**
 * Return where the first placeholder of a text is, or null.
 *
 * @param {string} text
 */
export function findPlaceholder(text) {
  const match = PLACEHOLDER.exec(text);
  return match && { start: match.index, end: match.index + match[0].length };
}

/**
 * Replace the placeholders by the case's values. One without a value stays, to be filled by hand.
 *
 * @param {string} text
 * @param {Placeholders} values
 */
export function fillPlaceholders(text, values) {
  return text.replace(new RegExp(`${PLACEHOLDER.source}(\\.?)`, "g"), (placeholder, name, stop) => {
    const value = values[/** @type {PlaceholderName} */ (name)];
    if (value === undefined) return placeholder;
    return value + (value.endsWith(".") ? "" : stop); // "3:40 p. m." ends a sentence
  });
}

/**
 * Return the answers whose name, title or text has all the words, whatever their case and accents.
 *
 * @param {CannedAnswer[]} answers
 * @param {string} words
 * @param {{ title: Language, text: Language }} languages
 */
export function findAnswers(answers, words, languages) {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  return answers.filter(({ name, title, text }) => {
    const searched = fold(`${name} ${title[languages.title]} ${text[languages.text]}`);
    return wanted.every((word) => searched.includes(word));
  });
}

/** @param {string} text */
const fold = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

export class CannedAnswers {
  #answers;
  #texts;
  #titleLanguage;
  #textLanguage;
  #placeholders;
  #onPick;
  #onClose;
  #box;
  #list;
  /** @type {CannedAnswer[]} */
  #matches = [];
  #current = 0;

  /**
   * @param {object} options
   * @param {CannedAnswer[]} options.answers
   * @param {ConsoleTexts} options.texts
   * @param {Language} options.titleLanguage the agent's
   * @param {() => Language} options.textLanguage the customer's
   * @param {() => Placeholders} options.placeholders
   * @param {(text: string) => void} options.onPick
   * @param {() => void} options.onClose
   */
  constructor({ answers, texts, titleLanguage, textLanguage, placeholders, onPick, onClose }) {
    this.#answers = answers;
    this.#texts = texts;
    this.#titleLanguage = titleLanguage;
    this.#textLanguage = textLanguage;
    this.#placeholders = placeholders;
    this.#onPick = onPick;
    this.#onClose = onClose;
    this.#box = element("input", {
      type: "text",
      role: "combobox",
      "aria-label": texts.answers.search,
      placeholder: texts.answers.search,
      "aria-expanded": "true",
      "aria-controls": "answers",
      "aria-autocomplete": "list",
      autocomplete: "off",
    });
    this.#list = element("ul", { id: "answers", role: "listbox", "aria-label": texts.answers.title });
    this.element = element("div", { class: "answers", hidden: true }, this.#box, this.#list);
    this.#box.addEventListener("input", () => this.#search());
    this.#box.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.element.contains(/** @type {Node | null} */ (relatedTarget))) this.element.hidden = true;
    });
  }

  open() {
    this.element.hidden = false;
    this.#box.value = "";
    this.#search();
    this.#box.focus();
  }

  #search() {
    const languages = { title: this.#titleLanguage, text: this.#textLanguage() };
    this.#matches = findAnswers(this.#answers, this.#box.value, languages);
    this.#current = 0;
    this.#update();
  }

  #update() {
    this.#list.replaceChildren(...this.#matches.map((answer, index) => this.#option(answer, index)));
    if (!this.#matches.length) {
      this.#list.append(
        element("li", { role: "option", "aria-disabled": "true", class: "quiet" }, this.#texts.answers.none),
      );
    }
    const current = this.#list.querySelector('[aria-selected="true"]');
    current?.scrollIntoView({ block: "nearest" });
    if (current) this.#box.setAttribute("aria-activedescendant", current.id);
    else this.#box.removeAttribute("aria-activedescendant");
  }

  /**
   * @param {CannedAnswer} answer
   * @param {number} index
   */
  #option(answer, index) {
    const option = element(
      "li",
      { role: "option", id: `answer-${index}`, "aria-selected": String(index === this.#current) },
      element("strong", {}, answer.title[this.#titleLanguage]),
      element("span", { class: "quiet" }, this.#filledText(answer)),
    );
    // Before the focus leaves the search box.
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#pick(answer);
    });
    return option;
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const step = STEPS.get(event.key);
    const count = this.#matches.length;
    if (step !== undefined && count) {
      this.#current = (this.#current + step + count) % count;
      this.#update();
    } else if (event.key === "Enter") {
      const answer = this.#matches[this.#current];
      if (answer) this.#pick(answer);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.#close();
    } else return;
    event.preventDefault();
  }

  /** @param {CannedAnswer} answer */
  #pick(answer) {
    this.#close();
    this.#onPick(this.#filledText(answer));
  }

  /** @param {CannedAnswer} answer */
  #filledText({ text }) {
    return fillPlaceholders(text[this.#textLanguage()], this.#placeholders());
  }

  #close() {
    this.element.hidden = true;
    this.#onClose();
  }
}
