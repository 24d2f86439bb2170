/** What outlives a reload: drafts and unsent messages for this tab, the console's looks for this browser. */

function storageOrNull(name) {
  try {
    return window[name]; // a browser that blocks storage throws on the mere mention of it
  } catch {
    return null;
  }
}

class Shelf {
  #storage;
  #prefix;
  #memory = new Map();

  constructor(storage, prefix) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  read(key) {
    return JSON.parse(this.#memory.get(key) ?? this.#storage?.getItem(this.#prefix + key) ?? "null");
  }

  /** null takes it from the shelf. */
  write(key, value) {
    this.#memory.delete(key);
    try {
      if (value === null) this.#storage?.removeItem(this.#prefix + key);
      else this.#storage.setItem(this.#prefix + key, JSON.stringify(value));
    } catch {
      this.#memory.set(key, JSON.stringify(value)); // no storage, or it is full
    }
  }

  clear() {
    this.#memory.clear();
    for (const key of Object.keys(this.#storage ?? {})) {
      if (key.startsWith(this.#prefix)) this.#storage.removeItem(key);
    }
  }
}

/** How this browser's console looks and sounds. */
export const looks = new Shelf(storageOrNull("localStorage"), "regalo console ");

/** A word from one page to the next in this tab. */
export const tab = new Shelf(storageOrNull("sessionStorage"), "regalo console ");

/** What an agent wrote and did not send; nobody else's who signs in here. */
export const papersOf = (agent) => new Shelf(storageOrNull("sessionStorage"), `regalo agent ${agent} `);
