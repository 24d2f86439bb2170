// @ts-check
/** The sentences that the chat and the console have in common, and how both find the reader's region. */

/** @import { Language } from "./types.js" */

const es = {
  conversation: "Conversación",
  messages: "Mensajes",
  newMessages: "Mensajes nuevos",
  attach: "Adjuntar foto",
  photo: "Foto",
  showPhoto: "Ver la foto",
  closePhoto: "Cerrar la foto",
  photoMissing: "La foto no se pudo mostrar.",
  /** @param {string} name */
  removePhoto: (name) => `Quitar la foto ${name}`,
  uploading: "Subiendo",
  sendsAfterPhoto: "El mensaje sale en cuanto termine de subir la foto.",
  /** @param {string} name */
  photoRefused: (name) => `«${name}» no se pudo subir. Inténtelo otra vez.`,
};

/** @type {typeof es} */
const en = {
  conversation: "Conversation",
  messages: "Messages",
  newMessages: "New messages",
  attach: "Attach photo",
  photo: "Photo",
  showPhoto: "View the photo",
  closePhoto: "Close the photo",
  photoMissing: "The photo could not be shown.",
  removePhoto: (name) => `Remove the photo ${name}`,
  uploading: "Uploading",
  sendsAfterPhoto: "The message goes out as soon as the photo is uploaded.",
  photoRefused: (name) => `“${name}” could not be uploaded. Try again.`,
};

export const sharedTexts = { es, en };

/**
 * What the photo tray says; each page words its own refusals.
 *
 * @typedef {typeof es & {
 *   photoKind: (name: string) => string,
 *   photoSize: (name: string) => string,
 *   photoCount: (limit: number) => string,
 * }} PhotoTexts
 */

/**
 * Return the reader's own region, which writes dates and times its own way: "es-MX", "en-GB"; null if the
 * browser names none for this language.
 *
 * @param {Language} language
 */
export function regionOf(language) {
  return navigator.languages.find((tag) => tag.startsWith(`${language}-`)) ?? null;
}
