/** The server: JSON both ways, the CSRF token with every change, and refusals as errors with a code. */

const HOME = "/console/";

/** The server said no, or nothing at all; then `status` is 0. The message is for the agent to read. */
export class Refused extends Error {
  constructor(status, { error = "server", text, ...detail } = {}) {
    super(text ?? error);
    this.status = status;
    this.code = error;
    this.hasText = Boolean(text);
    this.detail = detail;
  }

  /** Worth trying again later, with the same id. */
  get passes() {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

export class Api {
  csrf = "";
  /** Called when the session is over, wherever that shows. */
  onSignedOut = () => {};

  get(path) {
    return this.#ask("GET", path);
  }

  post(path, body = {}) {
    return this.#ask("POST", path, JSON.stringify(body), { "Content-Type": "application/json" });
  }

  patch(path, body) {
    return this.#ask("PATCH", path, JSON.stringify(body), { "Content-Type": "application/json" });
  }

  upload(path, body, signal) {
    return this.#ask("POST", path, body, {}, signal);
  }

  async #ask(method, path, body, headers = {}, signal = undefined) {
    if (method !== "GET") headers["X-CSRF-Token"] = this.csrf;
    let response;
    try {
      response = await fetch(HOME + path, { method, headers, body, signal, credentials: "same-origin" });
    } catch (error) {
      throw new Refused(0, { error: error.name === "AbortError" ? "aborted" : "offline" });
    }
    const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const refused = new Refused(response.status, answer);
    if (response.status === 401 && refused.code !== "wrong_login") this.onSignedOut();
    throw refused;
  }
}

/** What makes a command safe to send again. `crypto.randomUUID` exists on secure pages only. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
