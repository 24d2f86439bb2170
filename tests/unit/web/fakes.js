// @ts-check
/** Stand-ins for what a browser has and node has not. */

/** The browser's storage; it refuses to store when it is full. @implements {Storage} */
export class FakeStorage {
  #isFull = false;
  /** @type {Map<string, string>} */
  #items = new Map();

  /** @param {boolean} isFull */
  set isFull(isFull) {
    this.#isFull = isFull;
  }

  get length() {
    return this.#items.size;
  }

  /** @param {string} key */
  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    if (this.#isFull) throw new DOMException("full", "QuotaExceededError");
    this.#items.set(key, value);
    Object.defineProperty(this, key, { value, enumerable: true, configurable: true });
  }

  /** @param {string} key */
  removeItem(key) {
    this.#items.delete(key);
    delete /** @type {any} */ (this)[key];
  }

  /** @param {number} index */
  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  clear() {
    for (const key of [...this.#items.keys()]) this.removeItem(key);
  }
}

/**
 * Set a global for all modules that are loaded afterwards.
 *
 * @param {string} name
 * @param {unknown} value
 */
export function setGlobal(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Let everything happen that waits for promises only. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
