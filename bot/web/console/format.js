// @ts-check
/** Moments, durations and money as people write them, in the company's time zone and by the server's clock. */

/** @import { Company } from "../shared/types.js" */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * @typedef {{
 *   locale: string,
 *   today: string,
 *   yesterday: string,
 *   tomorrow: string,
 *   waitsFor: (duration: string) => string,
 *   dueIn: (duration: string) => string,
 *   dueAgo: (duration: string) => string,
 * }} FormatTexts
 */

export class Format {
  #texts;
  #zone;
  #currency;
  #digits;
  #skew = 0; // milliseconds that the server's clock is ahead of this computer's

  /**
   * `minor_digits` is the company's: browsers follow custom, and write pesos without cents.
   *
   * @param {FormatTexts} texts
   * @param {Pick<Company, "time_zone" | "currency" | "minor_digits">} company
   */
  constructor(texts, { time_zone: zone, currency, minor_digits: digits }) {
    this.#texts = texts;
    this.#zone = zone;
    this.#currency = currency;
    this.#digits = digits;
  }

  /** @param {string} iso */
  set serverTime(iso) {
    this.#skew = Date.parse(iso) - Date.now();
  }

  /** The server's time, in milliseconds. */
  now() {
    return Date.now() + this.#skew;
  }

  /**
   * "3:40 p. m."
   *
   * @param {string | number} at
   */
  clock(at) {
    return this.#date(at, { hour: "numeric", minute: "2-digit" });
  }

  /**
   * "3 dic", with the year if it is not this one.
   *
   * @param {string | number} at
   */
  day(at) {
    const year = this.#date(at, { year: "numeric" });
    const isThisYear = year === this.#date(this.now(), { year: "numeric" });
    return this.#date(at, { day: "numeric", month: "short", ...(isThisYear ? {} : { year: "numeric" }) });
  }

  /**
   * "hoy, 3:40 p. m."
   *
   * @param {string} at
   */
  moment(at) {
    return `${this.dayName(at)}, ${this.clock(at)}`;
  }

  /**
   * "hoy", "ayer", "mañana", or the day.
   *
   * @param {string} at
   */
  dayName(at) {
    const day = this.day(at);
    if (day === this.day(this.now())) return this.#texts.today;
    if (day === this.day(this.now() - DAY_MS)) return this.#texts.yesterday;
    if (day === this.day(this.now() + DAY_MS)) return this.#texts.tomorrow;
    return day;
  }

  /**
   * How long ago: "12 min".
   *
   * @param {string} at
   */
  since(at) {
    return this.duration(this.now() - Date.parse(at));
  }

  /**
   * "En espera, 12 min"
   *
   * @param {string} at
   */
  waiting(at) {
    return this.#texts.waitsFor(this.since(at));
  }

  /**
   * "vence en 12 min", "venció hace 12 min"
   *
   * @param {string} at
   */
  until(at) {
    const remaining = Date.parse(at) - this.now();
    if (remaining < 0) return this.#texts.dueAgo(this.duration(-remaining));
    return this.#texts.dueIn(this.duration(remaining));
  }

  /**
   * "40 s", "12 min", "2 h 5 min", "3 d"; what is negative counts as nothing.
   *
   * @param {number} milliseconds
   */
  duration(milliseconds) {
    const length = Math.max(0, milliseconds);
    if (length < MINUTE_MS) return `${Math.floor(length / 1000)} s`;
    if (length < HOUR_MS) return `${Math.floor(length / MINUTE_MS)} min`;
    const hours = Math.floor(length / HOUR_MS);
    const minutes = Math.floor((length % HOUR_MS) / MINUTE_MS);
    if (length < DAY_MS) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
    return `${Math.floor(length / DAY_MS)} d`;
  }

  /**
   * An amount that the page itself has computed, with the currency; the server's come with their text.
   *
   * @param {number} minor
   */
  money(minor) {
    const major = minor / 10 ** this.#digits;
    const decimals = Number.isInteger(major) ? 0 : this.#digits;
    return new Intl.NumberFormat(this.#texts.locale, {
      style: "currency",
      currency: this.#currency,
      currencyDisplay: "narrowSymbol",
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }).format(major);
  }

  /**
   * An amount as the agent types it: "150.000". The inverse of `parseAmount`.
   *
   * @param {number} minor
   */
  editableAmount(minor) {
    const options = { maximumFractionDigits: this.#digits };
    return new Intl.NumberFormat(this.#texts.locale, options).format(minor / 10 ** this.#digits);
  }

  /**
   * Return a typed amount in minor units, or null if it is none.
   *
   * @param {string} typed
   */
  parseAmount(typed) {
    const parts = new Intl.NumberFormat(this.#texts.locale).formatToParts(1.5);
    const separator = parts.find(({ type }) => type === "decimal")?.value;
    const number = typed.replace(separator === "," ? /[^\d,]/g : /[^\d.]/g, "").replace(",", ".");
    if (!number || !Number.isFinite(Number(number))) return null;
    return Math.round(Number(number) * 10 ** this.#digits);
  }

  /**
   * Return a moment as a `datetime-local` field holds it, in the company's time zone.
   *
   * @param {number} at milliseconds
   */
  toDateTimeField(at) {
    return new Date(at + this.#zoneOffset(at)).toISOString().slice(0, 16);
  }

  /**
   * Return the moment of a `datetime-local` field in ISO 8601.
   *
   * @param {string} local "2026-12-03T15:40" in the company's time zone
   */
  fromDateTimeField(local) {
    const wall = Date.parse(`${local}Z`);
    // Twice, for the offset at the wall's time may not be the one at the moment itself.
    const near = wall - this.#zoneOffset(wall);
    return new Date(wall - this.#zoneOffset(near)).toISOString();
  }

  /**
   * Return the milliseconds that the company's clocks are ahead of UTC at a moment.
   *
   * @param {number} at
   */
  #zoneOffset(at) {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone: this.#zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(at);
    const read = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
    const wall = Date.UTC(read.year, read.month - 1, read.day, read.hour, read.minute, read.second);
    return wall - Math.floor(at / 1000) * 1000;
  }

  /**
   * @param {string | number} at
   * @param {Intl.DateTimeFormatOptions} parts
   */
  #date(at, parts) {
    return new Date(at).toLocaleString(this.#texts.locale, { timeZone: this.#zone, ...parts });
  }
}

/**
 * Update every `time[data-tick]` of the page once a second.
 *
 * @param {Format} format
 */
export function startTicking(format) {
  setInterval(() => {
    /** @type {NodeListOf<HTMLTimeElement>} */
    const nodes = document.querySelectorAll("time[data-tick]");
    for (const node of nodes) {
      const style = /** @type {"since" | "waiting" | "until"} */ (node.dataset.tick);
      const words = format[style](node.dateTime);
      if (node.textContent !== words) node.textContent = words;
    }
  }, 1000);
}
