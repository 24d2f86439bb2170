/** Every sentence of the console, in the agent's language. */

import { en } from "./texts_en.js";
import { es } from "./texts_es.js";
import { words as english } from "./words_en.js";
import { words as spanish } from "./words_es.js";

const languages = { es: [es, spanish], en: [en, english] };

/** Before anybody signed in: the browser's, if we speak it. */
export function browserLanguage() {
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((language) => language in languages) ?? "es";
}

export function textsFor(language) {
  const [texts, words] = languages[language] ?? languages.es;
  // The agent's own region writes dates and times its own way: es-MX, en-GB, …
  const region = navigator.languages.find((tag) => tag.startsWith(`${language}-`));
  return {
    ...texts,
    ...Object.fromEntries(Object.entries(words).map(([name, table]) => [name, wordFrom(table)])),
    locale: region ?? texts.locale,
    nameOf: ({ customer }) => customer ?? texts.unknownCustomer,
    /** What the server says itself, else what its code means. */
    refusal: (error) => (error.hasText ? error.message : (texts.refusals[error.code] ?? texts.refusals.server)),
  };
}

/** A word that the console does not know yet is shown as it is, without underscores. */
const wordFrom = (table) => (slug) => table[slug] ?? String(slug ?? "").replaceAll("_", " ");
