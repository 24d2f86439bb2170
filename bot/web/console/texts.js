// @ts-check
/** The console's sentences and words in the agent's language. */

import { regionOf } from "../shared/texts.js";
import { en } from "./texts_en.js";
import { es } from "./texts_es.js";
import { words as english } from "./words_en.js";
import { words as spanish } from "./words_es.js";

/** @import { Language } from "../shared/types.js" */
/** @import { Refused } from "./api.js" */
/** @import { Sentences } from "./texts_es.js" */
/** @import { WordTables } from "./words_es.js" */

/** @typedef {(slug: string | null | undefined) => string} Word the words for one of the server's slugs */

/**
 * @typedef {Sentences & Record<keyof WordTables, Word> & {
 *   nameOf: (card: { customer: string | null }) => string,
 *   refusal: (error: Refused) => string,
 * }} ConsoleTexts
 */

export const languages = {
  es: { sentences: es, words: spanish },
  en: { sentences: en, words: english },
};

/**
 * @param {Language} language
 * @returns {ConsoleTexts}
 */
export function textsFor(language) {
  const { sentences, words } = languages[language];
  const tables = Object.entries(words).map(([name, table]) => [name, wordsOf(table)]);
  return {
    ...sentences,
    .../** @type {Record<keyof WordTables, Word>} */ (Object.fromEntries(tables)),
    locale: regionOf(language) ?? sentences.locale,
    nameOf: ({ customer }) => customer ?? sentences.unknownCustomer,
    refusal: (error) => refusalText(error, sentences),
  };
}

/**
 * Return why the server refused: our sentence if it uses the details, else the server's, else ours for the
 * error's code.
 *
 * @param {Refused} error
 * @param {Sentences} sentences
 */
function refusalText(error, { refusals }) {
  const sentence = refusals[error.code] ?? refusals.server;
  if (typeof sentence === "function") return sentence(error.detail);
  return error.hasText ? error.message : sentence;
}

/**
 * A slug that the table does not have is shown as it is, without underscores.
 *
 * @param {Record<string, string>} table
 * @returns {Word}
 */
function wordsOf(table) {
  return (slug) => table[slug ?? ""] ?? (slug ?? "").replaceAll("_", " ");
}
