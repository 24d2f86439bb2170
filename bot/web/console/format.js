/** Moments, waits and money as people write them, in the company's time zone and by the server's clock. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export class Format {
  #texts;
  #zone;
  #currency;
  #digits;
  #skew = 0; // how far the server's clock is ahead of this computer's

  /** The company says how many decimals its money has: browsers follow custom, and count pesos without cents. */
  constructor(texts, { time_zone: zone, currency, minor_digits: digits }) {
    this.#texts = texts;
    this.#zone = zone;
    this.#currency = currency;
    this.#digits = digits;
  }

  set serverTime(iso) {
    this.#skew = new Date(iso) - Date.now();
  }

  now() {
    return Date.now() + this.#skew;
  }

  clock(at) {
    return this.#date(at, { hour: "numeric", minute: "2-digit" });
  }

  day(at) {
    const year = this.#date(at, { year: "numeric" });
    const thisYear = year === this.#date(this.now(), { year: "numeric" });
    return this.#date(at, { day: "numeric", month: "short", ...(thisYear ? {} : { year: "numeric" }) });
  }

  /** "today, 3:40 p. m." */
  moment(at) {
    return `${this.dayName(at)}, ${this.clock(at)}`;
  }

  dayName(at) {
    const day = this.day(at);
    if (day === this.day(this.now())) return this.#texts.today;
    if (day === this.day(this.now() - DAY)) return this.#texts.yesterday;
    if (day === this.day(this.now() + DAY)) return this.#texts.tomorrow;
    return day;
  }

  /** How long ago: "40 s", "12 min", "2 h 05 min", "3 d". */
  since(at) {
    return this.span(this.now() - new Date(at));
  }

  waiting(at) {
    return this.#texts.waitsFor(this.since(at));
  }

  until(at) {
    const left = new Date(at) - this.now();
    return left < 0 ? this.#texts.dueAgo(this.span(-left)) : this.#texts.dueIn(this.span(left));
  }

  span(milliseconds) {
    const past = Math.max(0, milliseconds);
    if (past < MINUTE) return `${Math.floor(past / 1000)} s`;
    if (past < HOUR) return `${Math.floor(past / MINUTE)} min`;
    const hours = Math.floor(past / HOUR);
    const minutes = Math.floor((past % HOUR) / MINUTE);
    if (past < DAY) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
    return `${Math.floor(past / DAY)} d`;
  }

  /** For money of the page's own making; the server's comes with its text. */
  money(minor) {
    const style = { style: "currency", currency: this.#currency, currencyDisplay: "narrowSymbol" };
    const major = minor / 10 ** this.#digits;
    const decimals = Number.isInteger(major) ? 0 : this.#digits;
    const whole = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return new Intl.NumberFormat(this.#texts.locale, { ...style, ...whole }).format(major);
  }

  /** Minor units as somebody here writes them: "150.000". */
  written(minor) {
    return new Intl.NumberFormat(this.#texts.locale, { maximumFractionDigits: this.#digits }).format(minor / 10 ** this.#digits);
  }

  /** "150.000" as written here → minor units, or null. */
  minor(written) {
    const decimal = new Intl.NumberFormat(this.#texts.locale).formatToParts(1.5)[1].value;
    const digits = written.replace(decimal === "," ? /[^\d,]/g : /[^\d.]/g, "").replace(",", ".");
    return digits && Number.isFinite(Number(digits)) ? Math.round(Number(digits) * 10 ** this.#digits) : null;
  }

  /** A moment as a `datetime-local` field holds it, on the company's clock; and back. */
  toField(at) {
    return new Date(at + this.#zoneOffset(at)).toISOString().slice(0, 16);
  }

  fromField(written) {
    const wall = Date.parse(`${written}Z`);
    // Twice, for the offset at the wall's time may not be the one at the moment itself.
    const near = wall - this.#zoneOffset(wall);
    return new Date(wall - this.#zoneOffset(near)).toISOString();
  }

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

  #date(at, parts) {
    return new Date(at).toLocaleString(this.#texts.locale, { timeZone: this.#zone, ...parts });
  }
}

/** Keep every moment on the page going on with the clock. */
export function startTicking(format) {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-tick]")) {
      const words = format[node.dataset.tick](node.dateTime);
      if (node.textContent !== words) node.textContent = words;
    }
  }, 1000);
}
