// @ts-check
/** The server's API: JSON both ways, the CSRF token with every change, refusals as errors with a code. */

const HOME = "/console/";

/**
 * The server refused a request, or could not be reached: then `status` is 0. `code` says why; `detail`
 * holds the further fields of the answer.
 */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{ error?: string, text?: string, [field: string]: any }} answer
   */
  constructor(status, { error = "server", text, ...detail } = {}) {
    super(text ?? error);
    this.status = status;
    this.code = error;
    this.hasText = Boolean(text); // `message` is for the agent to read
    this.detail = detail;
  }

  /** True when the same request, with the same id, may succeed later. */
  get isPassing() {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

/** All methods throw Refused. */
export class Api {
  csrf = "";
  /** Called when the session is over, whichever request finds it so. */
  onSignedOut = () => {};

  /** @param {string} path */
  get(path) {
    return this.#request("GET", path);
  }

  /**
   * @param {string} path
   * @param {object} [body]
   */
  post(path, body = {}) {
    return this.#request("POST", path, JSON.stringify(body));
  }

  /**
   * @param {string} path
   * @param {object} body
   */
  patch(path, body) {
    return this.#request("PATCH", path, JSON.stringify(body));
  }

  /**
   * @param {string} path
   * @param {FormData} body
   * @param {AbortSignal} signal
   */
  upload(path, body, signal) {
    return this.#request("POST", path, body, signal);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string | FormData} [body] a string is JSON
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>} the answer's JSON; null when it has none
   */
  async #request(method, path, body, signal) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (typeof body === "string") headers["Content-Type"] = "application/json";
    if (method !== "GET") headers["X-CSRF-Token"] = this.csrf;
    let response;
    try {
      response = await fetch(HOME + path, { method, headers, body, signal, credentials: "same-origin" });
    } catch (error) {
      const isAborted = error instanceof DOMException && error.name === "AbortError";
      throw new Refused(0, { error: isAborted ? "aborted" : "offline" });
    }
    const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const refused = new Refused(response.status, answer);
    if (response.status === 401 && refused.code !== "wrong_login") this.onSignedOut();
    throw refused;
  }
}

/**
 * Return the API's path of a case, or of something of it.
 *
 * @param {string} reference
 * @param {string} [part] "messages", "notes", …
 */
export function casePath(reference, part) {
  const path = `api/cases/${encodeURIComponent(reference)}`;
  return part ? `${path}/${part}` : path;
}
