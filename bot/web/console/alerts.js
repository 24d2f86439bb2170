// @ts-check
/** Alerts of what needs the agent: a sound, the browser's notification, and words for a screen reader. */

import { element } from "../shared/dom.js";
import { preferences } from "./storage.js";

/** @import { BoardNews } from "./board.js" */
/** @import { Workspace } from "./workspace.js" */

/** Pitches in Hz, one after the other. */
const CHIMES = { waiting: [659, 880], message: [740] };
const CHIME_STEP_SECONDS = 0.16;

export class Alerts {
  #workspace;
  /** @type {AudioContext | null} */
  #audio = null;

  /** @param {Workspace} workspace */
  constructor(workspace) {
    this.#workspace = workspace;
    this.element = element("p", { class: "spoken", role: "status" });
    workspace.board.onNews((news) => this.#boardChanged(news));
    // A browser lets a page play sounds only after it was touched.
    addEventListener("pointerdown", () => this.#wakeAudio(), { once: true });
    addEventListener("keydown", () => this.#wakeAudio(), { once: true });
  }

  /** @returns {boolean} */
  get muted() {
    return preferences.getJson("muted") ?? false;
  }

  set muted(muted) {
    preferences.setJson("muted", muted || null);
    if (!muted) this.#play("waiting");
  }

  /** The permission to show notifications; "none" where the browser has none. */
  get permission() {
    return "Notification" in window ? Notification.permission : "none";
  }

  /** @param {BoardNews} news */
  #boardChanged({ waiting, written, assigned, asked, decided }) {
    const { texts, me, toasts, claimedReference } = this.#workspace;
    // An agent who is away is not called; they see it when they are back.
    if (waiting.length && me.agent.presence === "available") {
      const [first] = waiting;
      const words = texts.newWaiting(waiting.length, texts.nameOf(first), texts.reason(first.reason));
      this.#alert("waiting", words, first.reference);
    }
    for (const card of assigned) {
      if (card.reference === claimedReference) continue;
      this.#alert("waiting", texts.newMine(texts.nameOf(card)), card.reference);
    }
    for (const card of written) {
      this.#alert("message", texts.newMessageFrom(texts.nameOf(card)), card.reference);
    }
    for (const approval of [...asked, ...decided]) {
      if (approval.state === "open" && approval.asked_by === me.agent.name) continue;
      const words = texts.approvalNews(approval);
      this.#alert("message", words, approval.reference);
      toasts.show(words);
    }
  }

  /**
   * @param {keyof typeof CHIMES} chime
   * @param {string} words
   * @param {string} reference the case that they are about
   */
  #alert(chime, words, reference) {
    this.element.textContent = words;
    if (!this.muted) this.#play(chime);
    if (this.permission !== "granted" || !document.hidden) return;
    const notification = new Notification(words, { body: reference, tag: reference });
    notification.onclick = () => {
      window.focus();
      this.#workspace.openCase(reference);
      notification.close();
    };
  }

  #wakeAudio() {
    this.#audio ??= new AudioContext();
    if (this.#audio.state === "suspended") this.#audio.resume();
  }

  /**
   * Soft bells: sines that swell in and die away.
   *
   * @param {keyof typeof CHIMES} chime
   */
  #play(chime) {
    const audio = this.#audio;
    if (audio?.state !== "running") return;
    CHIMES[chime].forEach((pitch, index) => {
      const start = audio.currentTime + index * CHIME_STEP_SECONDS;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(0.08, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.6);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.65);
    });
  }
}
