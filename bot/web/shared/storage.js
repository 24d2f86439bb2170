// @ts-check
/** The browser's storage under a prefix; without permission to store, values last as long as the page. */

export class PrefixedStorage {
  #storage;
  #prefix;
  /** @type {Map<string, string>} */
  #memory = new Map();

  /**
   * @param {Storage | null} storage
   * @param {string} prefix
   */
  constructor(storage, prefix) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /**
   * Return the stored text, or null.
   *
   * @param {string} key
   */
  get(key) {
    return this.#memory.get(key) ?? this.#storage?.getItem(this.#prefix + key) ?? null;
  }

  /**
   * Store a text; null removes it.
   *
   * @param {string} key
   * @param {string | null} text
   */
  set(key, text) {
    this.#memory.delete(key);
    try {
      if (text === null) this.#storage?.removeItem(this.#prefix + key);
      else if (this.#storage) this.#storage.setItem(this.#prefix + key, text);
      else this.#memory.set(key, text);
    } catch {
      if (text !== null) this.#memory.set(key, text); // the storage is full
    }
  }

  /**
   * Return a value that was stored as JSON, or null.
   *
   * @param {string} key
   * @returns {any}
   */
  getJson(key) {
    return JSON.parse(this.get(key) ?? "null");
  }

  /**
   * Store a value as JSON; null removes it.
   *
   * @param {string} key
   * @param {unknown} value
   */
  setJson(key, value) {
    this.set(key, value === null ? null : JSON.stringify(value));
  }

  /** Return the keys in use, without the prefix. */
  keys() {
    const stored = Object.keys(this.#storage ?? {})
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length));
    return new Set([...stored, ...this.#memory.keys()]);
  }

  clear() {
    for (const key of this.keys()) this.set(key, null);
  }
}

/**
 * Values that all tabs of this browser share.
 *
 * @param {string} prefix
 */
export const browserStorage = (prefix) => new PrefixedStorage(storageOrNull("localStorage"), prefix);

/**
 * Values of this tab alone; they survive a reload.
 *
 * @param {string} prefix
 */
export const tabStorage = (prefix) => new PrefixedStorage(storageOrNull("sessionStorage"), prefix);

/**
 * A browser that blocks storage throws as soon as the property is read.
 *
 * @param {"localStorage" | "sessionStorage"} name
 */
function storageOrNull(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}
