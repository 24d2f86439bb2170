/**
 * What outlives the page: the session and the unsent messages (shared by all tabs), the draft and
 * whether the panel is open (this tab's own). Without permission to store, it lasts as long as the page.
 */

class Shelf {
  #storage;
  #prefix;
  #memory = new Map();

  constructor(storage, prefix) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  read(key) {
    return this.#memory.get(key) ?? this.#storage?.getItem(this.#prefix + key) ?? null;
  }

  write(key, value) {
    this.#memory.delete(key);
    try {
      if (value === null) this.#storage?.removeItem(this.#prefix + key);
      else this.#storage.setItem(this.#prefix + key, value);
    } catch {
      this.#memory.set(key, value); // no storage, or it is full
    }
  }

  keys() {
    const stored = Object.keys(this.#storage ?? {})
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length));
    return new Set([...stored, ...this.#memory.keys()]);
  }
}

/** A browser that blocks storage throws on the mere mention of it. */
function storageOrNull(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}

/** `crypto.randomUUID` exists on secure pages only. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const UNSENT = "unsent ";

export class Store {
  #shared;
  #own;
  #latest = 0;

  /** One page may talk to several servers; each has its own shelf. */
  constructor(origin) {
    const prefix = `regalo ${origin} `;
    this.#shared = new Shelf(storageOrNull("localStorage"), prefix);
    this.#own = new Shelf(storageOrNull("sessionStorage"), prefix);
  }

  get session() {
    return this.#shared.read("session");
  }

  set session(token) {
    this.#shared.write("session", token);
  }

  /** A number drawn once for this browser: a chat that begins anew is known to come from the same. */
  get device() {
    const known = this.#shared.read("device");
    if (known) return known;
    const drawn = uuid();
    this.#shared.write("device", drawn);
    return drawn;
  }

  get draft() {
    return this.#own.read("draft") ?? "";
  }

  set draft(text) {
    this.#own.write("draft", text || null);
  }

  /** true, false, or null when the visitor hasn't said. */
  get open() {
    return JSON.parse(this.#own.read("open"));
  }

  set open(open) {
    this.#own.write("open", JSON.stringify(open));
  }

  /** In the order they were written. Each has a key of its own, so that tabs never overwrite each other. */
  get unsent() {
    return [...this.#shared.keys()]
      .filter((key) => key.startsWith(UNSENT))
      .map((key) => JSON.parse(this.#shared.read(key)))
      .filter((entry) => entry !== null)
      .sort((one, other) => one.order - other.order);
  }

  /** Keep a message (`text`, `photos`) or a choice (`token`) until the server has it. */
  keep(content) {
    const now = Date.now();
    this.#latest = Math.max(now, this.#latest + 1);
    const entry = { ...content, id: uuid(), order: this.#latest, at: new Date(now).toISOString() };
    this.#shared.write(UNSENT + entry.id, JSON.stringify(entry));
    return entry;
  }

  release(id) {
    this.#shared.write(UNSENT + id, null);
  }

  /** Another tab changed what all tabs share. */
  onChange(listener) {
    addEventListener("storage", listener);
  }
}
