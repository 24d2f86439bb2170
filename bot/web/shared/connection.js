// @ts-check
/**
 * A WebSocket that reconnects by itself. It sends a hello after every opening, notices a dead connection
 * by its heartbeat, and comes back: the first retry at once, later ones ever slower, and immediately when
 * the network or the page returns.
 *
 * Events: "change" when `connected` changes; "frame" (detail: the frame) for each frame of the server.
 */

const HEARTBEAT_MS = 25_000; // proxies commonly cut what was silent for a minute
const REPLY_MS = 8_000;
const WAKE_REPLY_MS = 3_000; // after a sleep the connection is most likely dead: don't wait long
const FIRST_RETRY_MS = 400;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

/** A lost connection that is back within this time need not be mentioned. */
export const UNNOTICED_LOSS_MS = 1_500;

/**
 * Return the WebSocket address of a path.
 *
 * @param {string} path
 * @param {string | URL} base an http or https address
 */
export function socketUrl(path, base) {
  const url = new URL(path, base);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}

/**
 * @template {{ type: string }} Sent frames of the page
 * @template {{ type: string }} Received frames of the server, without "pong"
 */
export class Connection extends EventTarget {
  #url;
  #hello;
  /** @type {WebSocket | null} */
  #socket = null;
  #started = false;
  #failures = 0;
  /** @type {number | undefined} */
  #retry;
  /** @type {number | undefined} */
  #heartbeat;
  /** @type {number | undefined} */
  #deadline;

  /**
   * @param {URL} url
   * @param {() => Sent} hello makes the first frame of every opening
   */
  constructor(url, hello) {
    super();
    this.#url = url;
    this.#hello = hello;
    this.connected = false;

    addEventListener("online", () => this.#wake());
    // The browser itself says that the network is gone: no need to wait for a timeout.
    addEventListener("offline", () => this.#drop());
    addEventListener("pageshow", () => this.#wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.#wake());
    // An open socket keeps the page out of the back/forward cache.
    addEventListener("pagehide", () => {
      this.#drop();
      clearTimeout(this.#retry);
    });
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    this.#open();
  }

  /** Open a new socket with a new hello, because the last one no longer holds. */
  reconnect() {
    this.#drop();
  }

  /**
   * Send a frame. Return false when there is no connection: the caller keeps the frame.
   *
   * @param {Sent} frame
   * @param {{ replied?: boolean }} [options] `replied`: the server answers this frame; silence means that
   *   the connection is dead
   */
  send(frame, { replied = false } = {}) {
    if (!this.connected) return false;
    this.#write(frame);
    if (replied) this.#expectReply(REPLY_MS);
    return true;
  }

  /** @param {(frame: Received) => void} listener */
  onFrame(listener) {
    this.addEventListener("frame", (event) => listener(/** @type {CustomEvent} */ (event).detail));
  }

  #open() {
    clearTimeout(this.#retry);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.#write(this.#hello());
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = () => this.#lost();
    this.#expectReply(REPLY_MS);
  }

  /** @param {Received | { type: "pong" }} frame */
  #receive(frame) {
    this.#stopWaiting();
    this.#heartbeat = setTimeout(() => this.#ping(REPLY_MS), HEARTBEAT_MS);
    if (frame.type === "pong") return;
    if (frame.type === "welcome") {
      this.#failures = 0;
      this.#setConnected(true);
    }
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  /** @param {Sent | { type: "ping" }} frame */
  #write(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {number} patience milliseconds */
  #ping(patience) {
    this.#write({ type: "ping" });
    this.#expectReply(patience);
  }

  /** @param {number} patience milliseconds */
  #expectReply(patience) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#drop(), patience);
  }

  #stopWaiting() {
    clearTimeout(this.#deadline);
    clearTimeout(this.#heartbeat);
  }

  #wake() {
    if (!this.#started) return;
    if (!this.#socket) this.#open();
    else if (this.connected) this.#ping(WAKE_REPLY_MS);
  }

  /** Give the socket up without waiting for the closing handshake, which a dead network never answers. */
  #drop() {
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#lost();
  }

  #lost() {
    this.#socket = null;
    this.#stopWaiting();
    this.#setConnected(false);
    this.#retry = setTimeout(() => this.#open(), this.#pause());
    this.#failures += 1;
  }

  /** Jitter keeps all pages from coming back in the same instant after a restart. */
  #pause() {
    if (this.#failures === 0) return FIRST_RETRY_MS * Math.random();
    const longest = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (this.#failures - 1));
    return longest * (0.5 + Math.random() / 2);
  }

  /** @param {boolean} connected */
  #setConnected(connected) {
    if (this.connected === connected) return;
    this.connected = connected;
    this.dispatchEvent(new Event("change"));
  }
}
