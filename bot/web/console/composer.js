/** Where the agent writes: to the customer, or a note that only the team sees. */

import { Tray } from "../shared/photo_tray.js";
import { Answers, GAP } from "./canned_answers.js";
import { buildComposer } from "./composer_form.js";
import { Draft, returnToDraft } from "./drafts.js";
import { Known } from "./known_facts.js";
import { TypingOut } from "./typing_reporter.js";

const MAX_LENGTH = 4096; // the server takes no more

export class Composer {
  #desk;
  #view;
  #draft;
  #tray;
  #known;
  #answers;
  #typing;
  #form;
  #box;
  #mode = "reply";
  #says = false; // the server lets me write to the customer
  #notes = false; // the agent is writing a note
  #sendsWhenUploaded = false;

  /** `view`: the case's page, which knows the case's facts. */
  constructor(desk, view) {
    const { texts, api } = desk;
    const path = `api/cases/${encodeURIComponent(view.reference)}`;
    this.#desk = desk;
    this.#view = view;
    this.#draft = new Draft(desk.papers, view.reference);
    this.#typing = new TypingOut(desk, () => view.conversation);
    this.#tray = new Tray({
      photos: desk.photos.to(view.reference),
      texts,
      ready: () => desk.connection.connected,
      onUploaded: () => this.#sendsWhenUploaded && this.#submit(),
      notify: (sentence) => this.#notify(sentence),
    });
    this.#known = new Known({
      texts,
      ask: (text) => api.post(`${path}/check`, { text }),
      onInsert: (value) => this.#insert(value),
      onSend: () => this.#submit({ confirmed: true }),
    });
    this.#answers = new Answers({
      answers: desk.me.answers,
      texts,
      titleLanguage: desk.me.agent.language,
      language: () => view.language,
      values: () => view.values,
      onPick: (text) => this.#insert(text),
      onClose: () => this.#box.focus(),
    });
    this.#form = buildComposer(texts, {
      parts: [this.#answers.element, this.#known.element, this.#tray.element],
      onMode: (mode) => this.write(mode),
      onAnswers: () => this.openAnswers(),
      onFiles: (files) => this.#attach(files),
      onSubmit: () => this.#submit(),
      onInput: () => this.#typed(),
    });
    this.#box = this.#form.box;
    this.element = this.#form.element;
    this.element.hidden = true;
    this.#setMode("reply");
  }

  /** What the server says that I may do here. */
  allow(can) {
    this.#says = can.includes("say");
    if (!can.includes("note")) this.#notes = false;
    this.#show();
  }

  write(mode) {
    if (mode === "reply" && !this.#says) return;
    if (mode === "note" && !this.#view.can("note")) return;
    this.#notes = mode === "note";
    this.#show();
    this.#box.focus();
  }

  openAnswers() {
    if (!this.#says) return;
    this.write("reply");
    this.#answers.open();
  }

  /** A message came back: it stands in its box again. */
  takeBack(entry, known = null) {
    returnToDraft(this.#desk.papers, entry, known);
    this.#draft = new Draft(this.#desk.papers, this.#view.reference);
    this.#setMode(entry.kind);
    this.#box.focus();
  }

  resume() {
    this.#tray.resume();
  }

  leave() {
    this.#known.stop();
    this.#typing.stop();
  }

  /** The box is there for whoever may answer; for a note it comes when it is called. */
  #show() {
    const mode = this.#says && !this.#notes ? "reply" : "note";
    this.element.hidden = !this.#says && !this.#notes;
    this.#form.modes.hidden = !this.#says;
    if (mode !== this.#mode) this.#setMode(mode);
    this.#form.fit();
  }

  #setMode(mode) {
    this.#mode = mode;
    this.#form.dress(mode, this.#draft.get(mode));
    this.#form.keep(mode === "reply" ? this.#keptPhotos() : []);
    this.#known.show(mode === "reply" ? this.#draft.get("known") : null, { stopped: true });
    this.#notify("");
  }

  /** Photos of a message that came back are with the server already. */
  #keptPhotos() {
    const photos = this.#draft.get("photos");
    return photos.map((photo) => ({
      node: this.#desk.photos.show(photo, 4.6),
      remove: () => {
        this.#draft.set("photos", photos.filter(({ id }) => id !== photo.id));
        this.#setMode(this.#mode);
      },
    }));
  }

  #typed() {
    this.#form.fit();
    this.#notify("");
    this.#draft.set(this.#mode, this.#box.value);
    if (this.#mode === "note") return;
    this.#draft.set("known", null);
    this.#typing.touch(this.#box.value);
    this.#known.check(this.#box.value);
  }

  #attach(files) {
    if (this.#mode === "note") return;
    this.#notify("");
    this.#tray.add(files);
  }

  #insert(text) {
    const { selectionStart, selectionEnd } = this.#box;
    this.#box.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#box.focus();
    this.#typed();
    this.#selectGap();
  }

  /** True when a place is left to fill by hand; it is selected. */
  #selectGap() {
    const gap = GAP.exec(this.#box.value);
    if (gap) this.#box.setSelectionRange(gap.index, gap.index + gap[0].length);
    return gap !== null;
  }

  #submit({ confirmed = false } = {}) {
    const { texts, outbox } = this.#desk;
    const text = this.#box.value.trim();
    const isNote = this.#mode === "note";
    const excess = [...text].length - MAX_LENGTH;
    if (!text && (isNote || (this.#tray.empty && !this.#draft.get("photos").length))) return;
    if (excess > 0) return this.#notify(texts.tooLong(MAX_LENGTH, excess));
    if (this.#selectGap()) return this.#notify(texts.fillGap);
    if (!isNote && !this.#tray.uploaded) {
      this.#notify(texts.sendsAfterPhoto);
      this.#sendsWhenUploaded = true;
      return;
    }
    const photos = isNote ? [] : [...this.#draft.get("photos"), ...this.#tray.take()];
    this.leave();
    this.#draft.set(this.#mode, "");
    if (!isNote) {
      this.#draft.set("photos", []);
      this.#draft.set("known", null);
    }
    outbox.put(this.#view.reference, { kind: this.#mode, text, photos, confirmed });
    this.#notes = false;
    this.#setMode(this.#mode);
    this.#show();
    if (!this.element.hidden) this.#box.focus();
  }

  #notify(sentence) {
    this.#sendsWhenUploaded = false; // whatever there is to say, let the agent read it first
    this.#form.notice.textContent = sentence;
  }
}
