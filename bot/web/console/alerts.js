/** What calls for attention: a small sound, the browser's notification, and words for a screen reader. */

import { element } from "../shared/dom.js";
import { looks } from "./storage.js";

const CHIMES = { waiting: [659, 880], message: [740] };
const NOTE_SECONDS = 0.16;

export class Alarm {
  #desk;
  #audio = null;

  constructor(desk) {
    this.#desk = desk;
    this.element = element("p", { class: "spoken", role: "status" });
    desk.board.addEventListener("change", ({ detail }) => this.#boardChanged(detail));
    // A browser lets a page sound only after it was touched.
    addEventListener("pointerdown", () => this.#wake(), { once: true });
    addEventListener("keydown", () => this.#wake(), { once: true });
  }

  get muted() {
    return looks.read("muted") ?? false;
  }

  set muted(muted) {
    looks.write("muted", muted || null);
    if (!muted) this.#chime("waiting");
  }

  /** "granted", "denied", "default" when nobody has asked, "none" where there are no notifications. */
  get permission() {
    return "Notification" in window ? Notification.permission : "none";
  }

  say(words) {
    this.element.textContent = words;
  }

  #boardChanged({ news, spoken, given, asked, decided }) {
    const { texts, me, toasts } = this.#desk;
    // Who is away is not called; they see it when they are back.
    if (news.length && me.agent.presence === "available") {
      const [first] = news;
      const words = texts.newWaiting(news.length, texts.nameOf(first), texts.reason(first.reason));
      this.#call("waiting", words, first);
    }
    for (const card of given) {
      if (card.reference !== this.#desk.claimed) this.#call("waiting", texts.newMine(texts.nameOf(card)), card);
    }
    for (const card of spoken) this.#call("message", texts.newMessageFrom(texts.nameOf(card)), card);
    for (const approval of [...asked, ...decided]) {
      if (approval.state === "open" && approval.asked_by === me.agent.name) continue;
      this.#call("message", texts.approvalNews(approval), approval);
      toasts.say(texts.approvalNews(approval));
    }
  }

  #call(chime, words, card) {
    this.say(words);
    if (!this.muted) this.#chime(chime);
    if (this.permission !== "granted" || !document.hidden) return;
    const note = new Notification(words, { body: card.reference, tag: card.reference });
    note.onclick = () => {
      window.focus();
      this.#desk.open(card.reference);
      note.close();
    };
  }

  #wake() {
    this.#audio ??= new AudioContext();
    if (this.#audio.state === "suspended") this.#audio.resume();
  }

  /** Soft bells: sines that swell in and die away. */
  #chime(name) {
    const audio = this.#audio;
    if (audio?.state !== "running") return;
    CHIMES[name].forEach((pitch, place) => {
      const start = audio.currentTime + place * NOTE_SECONDS;
      const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(0.08, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.6);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.65);
    });
  }
}
