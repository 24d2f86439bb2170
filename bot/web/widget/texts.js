// @ts-check
/** Every sentence of the chat's own surface, in both languages. */

import { regionOf, sharedTexts } from "../shared/texts.js";

/** @import { Language } from "../shared/types.js" */

const es = {
  ...sharedTexts.es,
  locale: "es-CO",
  chat: "Atención al cliente",
  open: "Abrir el chat",
  launcher: "Cuéntenos qué pasó",
  /** @param {number} count */
  unread: (count) => (count === 1 ? "1 mensaje sin leer" : `${count} mensajes sin leer`),
  close: "Cerrar el chat",
  intro:
    "Cuéntenos qué pasó. Le responde un asistente automático; si prefiere una persona, dígalo en cualquier momento.",
  owner: {
    bot: "Le responde un asistente automático",
    queue: "En espera de una persona",
    /** @param {string | null} name */
    agent: (name) => (name ? `Le atiende ${name}` : "Le atiende una persona"),
  },
  author: { customer: "Usted", bot: "Asistente automático", agent: "Persona del equipo", system: "Aviso" },
  typing: {
    bot: "El asistente está escribiendo",
    /** @param {string | null} name */
    agent: (name) => (name ? `${name} está escribiendo` : "Una persona está escribiendo"),
  },
  today: "Hoy",
  yesterday: "Ayer",
  mark: {
    waiting: "Sin enviar todavía",
    sent: "Enviado",
    delivered: "Entregado",
    failed: "No se envió",
  },
  choices: "Alternativas",
  /** @param {string} title */
  choosing: (title) => `Enviando su elección: ${title}`,
  /** @param {string} title */
  chosen: (title) => `Usted eligió: ${title}`,
  unchosen: "Estas alternativas ya no están disponibles.",
  text: "Escriba su mensaje",
  send: "Enviar",
  /** @param {number} count */
  remaining: (count) => (count === 1 ? "Queda 1 carácter" : `Quedan ${count} caracteres`),
  /**
   * @param {number} limit
   * @param {number} excess
   */
  tooLong: (limit, excess) =>
    `El mensaje pasa de ${limit} caracteres. Quite ${excess} o divídalo en dos mensajes.`,
  dropHere: "Suelte aquí las fotos",
  /** @param {string} name */
  photoKind: (name) => `«${name}» no se puede adjuntar: envíe la foto en JPEG, PNG o WebP.`,
  /** @param {string} name */
  photoSize: (name) => `«${name}» pesa más de 10 MB. Envíe una foto más pequeña.`,
  /** @param {number} limit */
  photoCount: (limit) => `Cada mensaje lleva hasta ${limit} fotos. Envíe las demás en otro mensaje.`,
  offline: "Sin conexión. Su mensaje queda guardado y sale al volver.",
  online: "Conexión recuperada.",
};

/** @type {WidgetTexts} */
const en = {
  ...sharedTexts.en,
  locale: "en-US",
  chat: "Customer care",
  open: "Open the chat",
  launcher: "Tell us what happened",
  unread: (count) => (count === 1 ? "1 unread message" : `${count} unread messages`),
  close: "Close the chat",
  intro:
    "Tell us what happened. An automatic assistant answers you; if you prefer a person, say so at any time.",
  owner: {
    bot: "An automatic assistant answers you",
    queue: "Waiting for a person",
    agent: (name) => (name ? `${name} is with you` : "A person is with you"),
  },
  author: { customer: "You", bot: "Automatic assistant", agent: "Team member", system: "Notice" },
  typing: {
    bot: "The assistant is typing",
    agent: (name) => (name ? `${name} is typing` : "A person is typing"),
  },
  today: "Today",
  yesterday: "Yesterday",
  mark: {
    waiting: "Not sent yet",
    sent: "Sent",
    delivered: "Delivered",
    failed: "Not sent",
  },
  choices: "Alternatives",
  choosing: (title) => `Sending your choice: ${title}`,
  chosen: (title) => `You chose: ${title}`,
  unchosen: "These alternatives are no longer available.",
  text: "Type your message",
  send: "Send",
  remaining: (count) => (count === 1 ? "1 character left" : `${count} characters left`),
  tooLong: (limit, excess) =>
    `The message is over ${limit} characters. Remove ${excess} or split it into two messages.`,
  dropHere: "Drop the photos here",
  photoKind: (name) => `“${name}” can't be attached: send the photo as JPEG, PNG or WebP.`,
  photoSize: (name) => `“${name}” is over 10 MB. Send a smaller photo.`,
  photoCount: (limit) => `A message holds up to ${limit} photos. Send the others in another message.`,
  offline: "No connection. Your message is saved and goes out when it is back.",
  online: "Connection restored.",
};

export const languages = { es, en };

/** @typedef {typeof es} WidgetTexts */

/**
 * Return the language of a tag, "en" of "en-GB"; Spanish for any other.
 *
 * @param {string | null | undefined} tag
 * @returns {Language}
 */
export function languageOf(tag) {
  return (tag ?? "").slice(0, 2).toLowerCase() === "en" ? "en" : "es";
}

/**
 * @param {Language} language
 * @returns {WidgetTexts}
 */
export function textsFor(language) {
  const texts = languages[language];
  return { ...texts, locale: regionOf(language) ?? texts.locale };
}
