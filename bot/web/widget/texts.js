/** Every sentence of the chat's own surface, in both languages. */

const es = {
  locale: "es-CO",
  chat: "Atención al cliente",
  open: "Abrir el chat",
  launcher: "Cuéntenos qué pasó",
  unread: (count) => (count === 1 ? "1 mensaje sin leer" : `${count} mensajes sin leer`),
  close: "Cerrar el chat",
  conversation: "Conversación",
  messages: "Mensajes",
  intro:
    "Cuéntenos qué pasó. Le responde un asistente automático; si prefiere una persona, dígalo en cualquier momento.",
  owner: {
    bot: "Le responde un asistente automático",
    queue: "En espera de una persona",
    agent: (name) => (name ? `Le atiende ${name}` : "Le atiende una persona"),
  },
  author: { customer: "Usted", bot: "Asistente automático", agent: "Persona del equipo", system: "Aviso" },
  typing: {
    bot: "El asistente está escribiendo",
    agent: (name) => (name ? `${name} está escribiendo` : "Una persona está escribiendo"),
  },
  today: "Hoy",
  yesterday: "Ayer",
  newMessages: "Mensajes nuevos",
  mark: {
    waiting: "Sin enviar todavía",
    sent: "Enviado",
    delivered: "Entregado",
    failed: "No se envió",
  },
  choices: "Alternativas",
  choosing: (title) => `Enviando su elección: ${title}`,
  chosen: (title) => `Usted eligió: ${title}`,
  unchosen: "Estas alternativas ya no están disponibles.",
  text: "Escriba su mensaje",
  send: "Enviar",
  remaining: (count) => (count === 1 ? "Queda 1 carácter" : `Quedan ${count} caracteres`),
  tooLong: (limit, excess) =>
    `El mensaje pasa de ${limit} caracteres. Quite ${excess} o divídalo en dos mensajes.`,
  attach: "Adjuntar foto",
  dropHere: "Suelte aquí las fotos",
  photo: "Foto",
  showPhoto: "Ver la foto",
  closePhoto: "Cerrar la foto",
  photoMissing: "La foto no se pudo mostrar.",
  removePhoto: (name) => `Quitar la foto ${name}`,
  uploading: "Subiendo",
  sendsAfterPhoto: "El mensaje sale en cuanto termine de subir la foto.",
  photoKind: (name) => `«${name}» no se puede adjuntar: envíe la foto en JPEG, PNG o WebP.`,
  photoSize: (name) => `«${name}» pesa más de 10 MB. Envíe una foto más pequeña.`,
  photoCount: (limit) => `Cada mensaje lleva hasta ${limit} fotos. Envíe las demás en otro mensaje.`,
  photoRefused: (name) => `«${name}» no se pudo subir. Inténtelo otra vez.`,
  offline: "Sin conexión. Su mensaje queda guardado y sale al volver.",
  online: "Conexión recuperada.",
};

const en = {
  locale: "en-US",
  chat: "Customer care",
  open: "Open the chat",
  launcher: "Tell us what happened",
  unread: (count) => (count === 1 ? "1 unread message" : `${count} unread messages`),
  close: "Close the chat",
  conversation: "Conversation",
  messages: "Messages",
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
  newMessages: "New messages",
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
  attach: "Attach photo",
  dropHere: "Drop the photos here",
  photo: "Photo",
  showPhoto: "View the photo",
  closePhoto: "Close the photo",
  photoMissing: "The photo could not be shown.",
  removePhoto: (name) => `Remove the photo ${name}`,
  uploading: "Uploading",
  sendsAfterPhoto: "The message goes out as soon as the photo is uploaded.",
  photoKind: (name) => `“${name}” can't be attached: send the photo as JPEG, PNG or WebP.`,
  photoSize: (name) => `“${name}” is over 10 MB. Send a smaller photo.`,
  photoCount: (limit) => `A message holds up to ${limit} photos. Send the others in another message.`,
  photoRefused: (name) => `“${name}” could not be uploaded. Try again.`,
  offline: "No connection. Your message is saved and goes out when it is back.",
  online: "Connection restored.",
};

const languages = { es, en };

/** "en-GB" → "en"; what we don't speak → "es". */
export function languageOf(tag) {
  const language = (tag ?? "").slice(0, 2).toLowerCase();
  return language in languages ? language : "es";
}

export function textsFor(language) {
  const texts = languages[language];
  // The visitor's own region writes dates and times its own way: es-MX, en-GB, …
  const region = navigator.languages.find((tag) => tag.startsWith(`${language}-`));
  return { ...texts, locale: region ?? texts.locale };
}
