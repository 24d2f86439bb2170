// @ts-check
/** The choices put to the customer: buttons that work once, then say what was chosen. */

import { element } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/** @import { Choice } from "../shared/types.js" */
/** @import { WidgetTexts } from "./texts.js" */

export class Choices {
  #texts;
  #choices;
  /** @type {Map<string, HTMLButtonElement>} by token */
  #buttons = new Map();
  #outcome = element("p", { class: "outcome", tabindex: "-1" });
  spent = false;

  /**
   * @param {Choice[]} choices
   * @param {WidgetTexts} texts
   * @param {(choice: Choice) => void} onChoose
   */
  constructor(choices, texts, onChoose) {
    this.#texts = texts;
    this.#choices = choices;
    this.element = element("div", { class: "choices", role: "group", "aria-label": texts.choices });
    for (const choice of choices) {
      const button = element(
        "button",
        { type: "button", class: "choice" },
        element(
          "span",
          {},
          element("span", { class: "title" }, choice.title),
          choice.detail ? element("span", { class: "detail" }, choice.detail) : null,
        ),
        icon("next"),
      );
      button.addEventListener("click", () => onChoose(choice));
      this.#buttons.set(choice.token, button);
      this.element.append(button);
    }
    this.element.append(this.#outcome);
  }

  /** @param {string} token */
  has(token) {
    return this.#buttons.has(token);
  }

  /**
   * The choice is on its way; the others can't be pressed meanwhile.
   *
   * @param {string} token
   */
  setChoosing(token) {
    this.#close(token, this.#texts.choosing(this.#title(token)));
  }

  /**
   * The choices can no longer be taken.
   *
   * @param {string | null} chosen the token that was chosen, or null if they lapsed without a choice
   */
  setSpent(chosen) {
    this.spent = true;
    this.#close(chosen, chosen ? this.#texts.chosen(this.#title(chosen)) : this.#texts.unchosen);
  }

  /** The choice was refused: let the customer choose again. */
  reopen() {
    this.element.classList.remove("closed");
    this.#outcome.textContent = "";
    for (const button of this.#buttons.values()) {
      button.disabled = false;
      button.classList.remove("chosen");
    }
  }

  /**
   * @param {string | null} chosen
   * @param {string} outcome
   */
  #close(chosen, outcome) {
    // A disabled button loses the focus: keep a keyboard's place in the conversation.
    const root = /** @type {ShadowRoot | Document} */ (this.element.getRootNode());
    const focused = this.element.contains(root.activeElement ?? null);
    this.element.classList.add("closed");
    for (const [token, button] of this.#buttons) {
      button.disabled = true;
      button.classList.toggle("chosen", token === chosen);
      if (token === chosen) button.querySelector(".icon")?.replaceWith(icon("check"));
    }
    this.#outcome.textContent = outcome;
    if (focused) this.#outcome.focus({ preventScroll: true });
  }

  /** @param {string} token */
  #title(token) {
    return this.#choices.find((choice) => choice.token === token)?.title ?? "";
  }
}
