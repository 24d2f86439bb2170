/** Every sentence of the console, in the agent's language. */

import { en } from "./texts_en.js";
import { es } from "./texts_es.js";
import { words as english } from "./words_en.js";
import { words as spanish } from "./words_es.js";

const languages = { es: [es, spanish], en: [en, english] };

export function textsFor(language) {
  const [texts, words] = languages[language] ?? languages.es;
  // The agent's own region writes dates and times its own way: es-MX, en-GB, …
  const region = navigator.languages.find((tag) => tag.startsWith(`${language}-`));
  return {
    ...texts,
    ...Object.fromEntries(Object.entries(words).map(([name, table]) => [name, wordFrom(table)])),
    locale: region ?? texts.locale,
    nameOf: ({ customer }) => customer ?? texts.unknownCustomer,
    /** What the server says itself, unless we know more, else what its code means. */
    refusal: (error) => {
      const words = texts.refusals[error.code] ?? texts.refusals.server;
      if (typeof words === "function") return words(error.detail);
      return error.hasText ? error.message : words;
    },
  };
}

/** A word that the console does not know yet is shown as it is, without underscores. */
const wordFrom = (table) => (slug) => table[slug] ?? String(slug ?? "").replaceAll("_", " ");
