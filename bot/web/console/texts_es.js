// @ts-check
/** The console's sentences in Spanish. */

import { sharedTexts } from "../shared/texts.js";
import { plural } from "./plural.js";

/** @import { Approval, ToldWait } from "../shared/types.js" */

/** The name of a detail in the history; an empty one is left out. @type {Record<string, string>} */
const DETAILS = {
  reason: "motivo",
  how: "cómo",
  what: "",
  to: "a",
  due_at: "para el",
  cause: "causa",
  remedy: "remedio",
  words: "",
  category: "categoría",
  also: "también",
  rule: "regla",
  order: "pedido",
  kind: "",
  kinds: "",
  facts: "",
  into: "con",
  told_again: "caso",
};

export const es = {
  ...sharedTexts.es,
  locale: "es-CO",
  console: "Consola de atención",
  skip: "Ir al caso",
  close: "Cerrar",
  loading: "Cargando…",
  back: "Volver a las listas",
  today: "hoy",
  yesterday: "ayer",
  tomorrow: "mañana",
  /** @param {string} duration */
  dueIn: (duration) => `vence en ${duration}`,
  /** @param {string} duration */
  dueAgo: (duration) => `venció hace ${duration}`,
  late: "Fuera de plazo",
  breaksSoon: "A punto de vencer",
  unknownCustomer: "Cliente sin nombre",
  notTold: "Sin contar qué pasó",

  signIn: {
    title: "Consola de atención",
    lead: "Entre con su cuenta del equipo.",
    ended: "La sesión terminó. Entre de nuevo: lo que tenía escrito sigue guardado.",
    email: "Correo",
    password: "Contraseña",
    enter: "Entrar",
  },
  /** @param {string} name */
  signOut: (name) => `Salir (${name})`,
  leaving: {
    title: "Salir",
    /** @param {number} count */
    lead: (count) => plural(count, "Su caso vuelve al mismo lugar de la cola.", "Sus # casos vuelven al mismo lugar de la cola."),
    confirm: "Salir ahora",
  },
  views: { name: "Vistas", cases: "Casos", vouchers: "Bonos", wallboard: "Tablero", agents: "Equipo" },
  vouchers: {
    code: "Código del bono",
    check: "Consultar",
    state: "Estado",
    states: { open: "Vigente", spent: "Ya usado", expired: "Vencido", void: "Sin efecto" },
    left: "Le queda",
    amount: "Valor",
    expires: "Vale hasta",
    case: "Caso",
    howMuch: "Cuánto cobrar",
    help: "Todo lo que queda, o una parte.",
    redeem: "Cobrar",
    done: "Cobrado.",
  },
  search: {
    label: "Buscar casos",
    placeholder: "Buscar caso, cliente, pedido…",
    /** @param {string} words */
    title: (words) => `Resultados para «${words}»`,
    /** @param {number} count */
    found: (count) => (count ? plural(count, "1 caso", "# casos") : "Ningún caso coincide. Pruebe con el número, el correo o el pedido."),
    /** @param {string} number */
    order: (number) => `pedido ${number}`,
  },
  available: "Disponible",
  away: "Ausente",
  goAway: "Recibe casos. Pulse para ausentarse",
  comeBack: "No recibe casos. Pulse para volver",
  toDark: "Pasar a oscuro",
  toLight: "Pasar a claro",
  otherLanguage: "English",
  shortcuts: "Atajos de teclado",
  alertSettings: {
    title: "Avisos",
    sound: "Sonar cuando llegue un caso o un mensaje",
    ask: "Permitir avisos del navegador",
    states: {
      granted: "El navegador le avisa cuando la consola no está a la vista.",
      denied: "El navegador tiene bloqueados los avisos de esta página. Se cambia en sus ajustes.",
      default: "El navegador puede avisarle cuando la consola no está a la vista.",
      none: "Este navegador no muestra avisos.",
    },
  },
  /**
   * @param {number} count
   * @param {string} name
   * @param {string} reason
   */
  newWaiting: (count, name, reason) =>
    count === 1 ? `Nuevo caso en espera: ${name}. ${reason}.` : `${count} casos nuevos en espera. El primero: ${name}.`,
  /** @param {string} name */
  newMine: (name) => `Recibió un caso: ${name}.`,
  /** @param {string} name */
  newMessageFrom: (name) => `${name} escribió.`,
  /** @param {Approval} approval */
  approvalNews: ({ state, reference, asked_by: by }) =>
    ({
      open: `${by} pide autorización en ${reference}.`,
      approved: `Aprobado lo que pidió en ${reference}.`,
      declined: `No se aprobó lo que pidió en ${reference}.`,
    })[state],
  offline: "Sin conexión. Lo que escriba queda guardado y sale al volver.",
  /**
   * @param {string} why
   * @param {string} since
   */
  paused: (why, since) => `El asistente no da nada por sí mismo desde ${since}: ${why}. Los casos pasan a personas.`,
  resume: "Reanudar",
  resumed: "El asistente vuelve a dar lo que la política permite.",

  lists: {
    all: "Listas de casos",
    mine: "Mis casos",
    noMine: "Ninguno por ahora.",
    queue: "En espera",
    noQueue: "Nadie espera. Buen trabajo.",
    others: "Con otros agentes",
    approvals: "Por autorizar",
    myApprovals: "Mis solicitudes de hoy",
  },
  claim: "Atender",
  claimHere: "Tomar el caso",
  claimLead: "Espera a una persona.",
  othersLead: "Aquí puede dejar una nota para el equipo.",
  writeNote: "Nota interna",
  /** @param {number} count */
  unanswered: (count) => plural(count, "1 mensaje sin responder", "# mensajes sin responder"),

  emptyState: {
    title: "Elija un caso",
    lead: "Todo lo que el cliente ya contó está en el expediente. Con ? se ven los atajos de teclado.",
  },
  customerTypes: "El cliente está escribiendo",
  privateNote: "nota interna, solo el equipo",
  pressed: "Pulsó",
  chosen: "Elegida",
  choices: "Alternativas ofrecidas",
  unsent: "Sin enviar todavía",
  notSent: "No se envió",
  edit: "Corregir",
  discard: "Descartar",

  /** @param {string} duration */
  waitsFor: (duration) => `En espera, ${duration}`,
  withMe: "Con usted",
  /** @param {string} name */
  withAgent: (name) => `Con ${name}`,
  withBot: "Lo lleva el asistente.",
  unreachable: "No le llegan mensajes",
  onlyTemplate: "Solo con plantilla hasta que escriba",
  /** @param {string} moment */
  writableUntil: (moment) => `Se le puede escribir hasta ${moment}`,
  /** @param {string} moment */
  answerBefore: (moment) => `Respuesta prometida: ${moment}`,
  actions: {
    name: "Acciones del caso",
    remedy: "Remedio",
    promise: "Promesa",
    transfer: "Pasar a un colega",
    more: "Más acciones",
    release: "Devolver a la cola",
    abandon: "Dar por abandonado",
    takeOver: "Asumir el caso",
    return: "Devolver al asistente",
    resolve: "Resolver",
  },
  returned: "El asistente sigue con el caso, y sabe lo que quedó resuelto.",
  resolve: {
    title: "Resolver el caso",
    lead: "La causa sirve para que no le pase a nadie más.",
    cause: "Causa",
    choose: "Elija la causa",
    confirm: "Resolver caso",
    done: "Caso resuelto.",
  },
  release: {
    title: "Devolver a la cola",
    lead: "El caso vuelve al mismo lugar de la cola, y el cliente lo sabe.",
    confirm: "Devolver a la cola",
    done: "El caso volvió a la cola.",
  },
  abandon: {
    title: "Dar por abandonado",
    lead: "Cuando el cliente ya no responde. Si vuelve a escribir, lo recibe el asistente con el caso completo.",
    confirm: "Dar por abandonado",
    done: "Caso dado por abandonado.",
  },
  noteOptional: "Nota interna (opcional)",
  transfer: {
    title: "Pasar a un colega",
    lead: "El chat es el mismo: se presenta a la persona por su nombre y no se pregunta nada otra vez.",
    to: "A quién",
    choose: "Elija a la persona",
    note: "Nota para quien recibe",
    example: "Qué falta y qué se le dijo al cliente",
    confirm: "Pasar el caso",
    /** @param {string} name */
    done: (name) => `El caso pasó a ${name}.`,
  },
  promise: {
    title: "Hacer una promesa",
    lead: "El cliente la recibe con su fecha, y se le avisa antes de que venza.",
    words: "Qué se le promete",
    example: "Le confirmo la guía del envío nuevo",
    due: "Para cuándo",
    /** @param {string} name */
    zone: (name) => `Hora de ${name.replace(/^.*\//, "").replaceAll("_", " ")}`,
    quick: "Plazos frecuentes",
    inHour: "En 1 hora",
    today: "Hoy 6 p. m.",
    tomorrowMorning: "Mañana 10 a. m.",
    tomorrow: "Mañana 6 p. m.",
    confirm: "Prometer",
    done: "Promesa hecha.",
  },
  remedy: {
    title: "Remedio",
    choose: "Elija el remedio",
    /**
     * @param {string} left
     * @param {string} perCase
     */
    authority: (left, perCase) => `Usted puede dar hasta ${left} ahora (tope por caso: ${perCase}).`,
    /** @param {string} currency */
    amount: (currency) => `Valor (${currency})`,
    amountNeeded: "Escriba el valor.",
    open: "valor libre",
    why: "Motivo para el supervisor (opcional)",
    whyExample: "Por qué corresponde",
    whyHelp: "La solicitud lleva el caso completo.",
    beyond: "pasa de su autoridad: pídalo al supervisor",
    ask: "Pedir al supervisor",
    offer: "Ofrecer",
    give: "Dar ahora",
    done: {
      ask: "Solicitud enviada al supervisor.",
      offer: "Ofrecido: el cliente decide en el chat.",
      give: "Entregado. El cliente ya lo ve.",
    },
  },
  keep: "Ya se cumplió",
  kept: "Cumplida. El cliente ya lo sabe.",
  approve: "Aprobar",
  decline: "No aprobar",
  decided: { approve: "Aprobado.", decline: "No aprobado. Quien lo pidió ya lo sabe." },
  /** @param {string} name */
  decidedBy: (name) => `Decidió ${name}.`,
  declining: { title: "No aprobar", answer: "Respuesta para quien lo pide", example: "Qué hacer en su lugar" },

  modes: { name: "Qué escribir", reply: "Respuesta", note: "Nota interna" },
  modeKeys: { reply: "r", note: "n" },
  boxes: { reply: "Escriba su respuesta", note: "Escriba una nota interna" },
  sends: { reply: "Enviar", note: "Guardar nota" },
  hint: "/ respuestas listas",
  removeThis: "Quitar la foto",
  /** @param {string} name */
  photoKind: (name) => `«${name}» no se puede adjuntar: use JPEG, PNG o WebP.`,
  /** @param {string} name */
  photoSize: (name) => `«${name}» pesa más de 10 MB. Use una foto más pequeña.`,
  /** @param {number} limit */
  photoCount: (limit) => `Cada mensaje lleva hasta ${limit} fotos. Las demás van en otro mensaje.`,
  /**
   * @param {number} limit
   * @param {number} excess
   */
  tooLong: (limit, excess) => `El mensaje pasa de ${limit} caracteres. Sobran ${excess}.`,
  fillPlaceholder: "Falta un dato: complete lo que está entre llaves.",
  answers: { title: "Respuestas listas", search: "Buscar respuesta lista", none: "Ninguna coincide." },
  known: {
    title: "Ya lo sabemos; no hace falta preguntarlo.",
    stopped: "No se envió: esto ya lo sabemos.",
    insert: "Insertar",
    /** @param {string} fact */
    insertNamed: (fact) => `Insertar ${fact}`,
    anyway: "Preguntar de todos modos",
  },

  packet: {
    name: "Expediente",
    close: "Cerrar el expediente",
    tabs: { packet: "Expediente", history: "Historial" },
    summary: "En resumen",
    confirmed: "El cliente lo confirmó.",
    corrected: "El cliente corrigió:",
    /** @param {ToldWait} wait */
    toldWait: ({ place, low, high }) =>
      [place ? `Se le dijo: lugar ${place}` : "Se le dijo", high ? `espera de ${low} a ${high} min` : null]
        .filter(Boolean)
        .join(", "),
    reason: "Motivo",
    emotion: "Ánimo",
    wants: "Quiere",
    order: "Pedido",
    orders: "Pedidos",
    noOrder: "Sin pedido.",
    /** @param {number} count */
    otherOrders: (count) => plural(count, "Otro pedido", "Otros # pedidos"),
    placed: "Comprado",
    promised: "Prometido",
    delivered: "Entregado",
    cameLate: "llegó tarde",
    isLate: "atrasado",
    facts: "Lo que ya sabemos",
    offers: "Ofrecido",
    noOffers: "Nada todavía.",
    why: "Por qué",
    /**
     * @param {string | null} rule
     * @param {string | null} version
     */
    rule: (rule, version) => [rule ? `regla ${rule}` : null, version ? `política ${version}` : null].filter(Boolean).join(", "),
    promises: "Promesas",
    earlier: "Casos anteriores",
    signals: "Mire esto antes de decidir",
    signalsNote: "Son indicios, no pruebas: el cliente no sabe de ellos. Trátelo como a todos.",
    photos: "Fotos",
    contact: "Contacto",
    notProven: "No se sabe quién es.",
    approvals: "Solicitudes",
  },
  decision: {
    offer: "¿Por qué esta oferta?",
    human: "¿Por qué una persona?",
    rule: "Regla",
    noRule: "Ninguna regla toma este caso.",
    because: "Motivo",
    facts: "Hechos",
    /** @param {string} money */
    orderValue: (money) => `pedido de ${money}`,
    noOrder: "sin pedido",
    /**
     * @param {string} money
     * @param {string} tier
     */
    bought: (money, tier) => `compra ${money} al año, nivel ${tier}`,
    /** @param {number} count */
    failures: (count) => plural(count, "una falla anterior", "# fallas anteriores").replace(/^0 .*/, "sin fallas anteriores"),
    /**
     * @param {number} orderCount
     * @param {number} customerCount
     */
    before: (orderCount, customerCount) => `remedios antes: ${orderCount} en el pedido, ${customerCount} a la persona`,
    proven: "identidad confirmada",
    unproven: "identidad sin confirmar",
    photo: "con foto",
    /** @param {string} kind */
    desired: (kind) => `pidió ${kind}`,
    order: "Orden",
    right: "es su derecho",
    /** @param {string} money */
    costs: (money) => `cuesta ${money}`,
    /**
     * @param {string} worth
     * @param {string} weight
     */
    weighs: (worth, weight) => `vale ${worth} para el cliente, pesa ${weight}`,
    first: {
      wish: "Primero lo que el cliente pidió.",
      right: "Primero su derecho.",
      weight: "Primero lo que más pesa.",
    },
    raised: "Aumento",
    /** @param {string} percent */
    raisedBy: (percent) => `${percent} % más, por gravedad o fallas anteriores`,
    left: "Límites",
    /** @param {string} money */
    orderLeft: (money) => `quedaban ${money} en el pedido`,
    /** @param {string} money */
    customerLeft: (money) => `quedaban ${money} de regalo para la persona`,
    leftOut: "Quedó fuera",
  },
  stakes: {
    risk: "En juego",
    year: "compra al año",
    cost: "Costo",
    ofRemedy: "del remedio",
    left: "Puede dar",
    /** @param {string} money */
    perCase: (money) => `de ${money} por caso`,
  },
  history: { title: "Historial del caso", none: "Sin movimientos." },
  /**
   * @param {string} name
   * @param {string} value
   */
  detail: (name, value) => [DETAILS[name] ?? name.replaceAll("_", " "), value].filter(Boolean).join(": "),

  wallboard: {
    waiting: "En espera",
    /** @param {string} duration */
    longest: (duration) => `la más larga, ${duration}`,
    active: "En atención",
    /**
     * @param {number} online
     * @param {number} all
     */
    online: (online, all) => `${online} de ${all} disponibles`,
    clock: "Reloj de 60 segundos",
    /**
     * @param {string} median
     * @param {string} worst
     * @param {number} count
     */
    median: (median, worst, count) => `de ${count} quejas en 24 horas: mediana ${median}, peor ${worst}`,
    dueSoon: "Promesas por vencer",
    /** @param {number} count */
    open: (count) => `${count} abiertas`,
    broken: "Incumplidas hoy",
    today: "promesas",
    asked: "Preguntas repetidas",
    /**
     * @param {number} asked
     * @param {number} sent
     */
    askedNote: (asked, sent) => `${asked} de ${sent} respuestas`,
    resolved: "Resueltos hoy",
    /** @param {number} count */
    returned: (count) => `${count} devueltos al asistente`,
    team: "Equipo",
    teamHeads: ["Nombre", "Rol", "Estado", "Carga"],
    /** @param {string} name */
    loadOf: (name) => `Carga de ${name}`,
    promises: "Promesas abiertas",
    promiseHeads: ["Plazo", "Caso", "Qué", "Quién"],
    noPromises: "Ninguna.",
  },
  agents: {
    heads: ["Persona", "Rol", "Estado", "Carga", "Cambios"],
    add: "Agregar persona",
    edit: "Cambiar",
    /** @param {string} name */
    editNamed: (name) => `Cambiar a ${name}`,
    name: "Nombre",
    email: "Correo",
    role: "Rol",
    capacity: "Casos a la vez",
    capacityHelp: "Cuántos puede tener abiertos.",
    password: "Contraseña",
    newPassword: "Contraseña nueva",
    passwordHelp: "Al menos 10 caracteres.",
    active: "Puede entrar a la consola",
    disabled: "Sin acceso",
    save: "Guardar",
  },
  keys: {
    letters: "Usar atajos de una sola tecla",
    /** @type {[keys: string, words: string, role?: string][]} */
    list: [
      ["j k", "Caso siguiente, caso anterior"],
      ["Enter", "Abrir el caso"],
      ["a", "Atender el caso señalado"],
      ["r", "Responder"],
      ["n", "Nota interna"],
      ["c", "Respuestas listas"],
      ["p", "Expediente"],
      ["h", "Historial"],
      ["/", "Buscar"],
      ["g q", "Ir a En espera"],
      ["g m", "Ir a mis casos"],
      ["g o", "Ir a los de otros agentes", "supervisor"],
      ["g w", "Tablero", "supervisor"],
      ["g a", "Equipo", "supervisor"],
      ["Esc", "Volver un paso"],
      ["?", "Esta lista"],
    ],
  },
  /** By the error's code. @type {Record<string, string | ((detail: any) => string)>} */
  refusals: {
    offline: "No hay conexión. Inténtelo otra vez en un momento.",
    server: "No se pudo. Inténtelo otra vez en un momento.",
    wrong_login: "El correo o la contraseña no son correctos.",
    too_many_tries: "Demasiados intentos. Espere unos minutos.",
    resumed_before: "Alguien ya lo reanudó.",
    claimed_before: ({ by }) => (by ? `${by} lo tomó primero.` : "Alguien lo tomó primero."),
    beyond_authority: "Pasa de su autoridad. Pídalo al supervisor.",
    not_found: "Ese caso no existe.",
    signed_out: "La sesión terminó.",
  },
};

/** @typedef {typeof es} Sentences */
