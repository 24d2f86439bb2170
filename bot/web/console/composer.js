// @ts-check
/** Where the agent writes: to the customer, or a note that only the team sees. */

import { PhotoTray } from "../shared/photo_tray.js";
import { MAX_LENGTH, textLength } from "../shared/text_box.js";
import { casePath } from "./api.js";
import { CannedAnswers, findPlaceholder } from "./canned_answers.js";
import { buildComposer } from "./composer_form.js";
import { Draft } from "./drafts.js";
import { KnownFacts } from "./known_facts.js";
import { TypingReporter } from "./typing_reporter.js";

/** @import { Fact, Permission } from "../shared/types.js" */
/** @import { CaseView } from "./case_view.js" */
/** @import { ComposerMode } from "./drafts.js" */
/** @import { OutboxEntry } from "./outbox.js" */
/** @import { Workspace } from "./workspace.js" */

export class Composer {
  #workspace;
  #view;
  #draft;
  #tray;
  #known;
  #answers;
  #typing;
  #form;
  #box;
  /** @type {ComposerMode} */
  #mode = "reply";
  #mayReply = false;
  #writesNote = false; // the agent has opened the box for a note
  #sendsWhenUploaded = false;

  /**
   * @param {Workspace} workspace
   * @param {CaseView} view
   */
  constructor(workspace, view) {
    const { texts, api } = workspace;
    const { reference } = view;
    this.#workspace = workspace;
    this.#view = view;
    this.#draft = new Draft(workspace.storage, reference);
    this.#typing = new TypingReporter(workspace.connection, () => view.conversation);
    this.#tray = new PhotoTray({
      texts,
      upload: (file, signal) => workspace.photos.upload(reference, file, signal),
      connected: () => workspace.connection.connected,
      onUploaded: () => this.#sendsWhenUploaded && this.#submit(),
      notify: (sentence) => this.#notify(sentence),
    });
    this.#known = new KnownFacts({
      texts,
      check: (text) => api.post(casePath(reference, "check"), { text }),
      onInsert: (value) => this.#insert(value),
      onSend: () => this.#submit({ confirmed: true }),
    });
    this.#answers = new CannedAnswers({
      answers: workspace.me.answers,
      texts,
      titleLanguage: workspace.me.agent.language,
      textLanguage: () => view.language,
      placeholders: () => view.placeholders,
      onPick: (text) => this.#insert(text),
      onClose: () => this.#box.focus(),
    });
    this.#form = buildComposer(texts, {
      parts: [this.#answers.element, this.#known.element, this.#tray.element],
      onMode: (mode) => this.write(mode),
      onAnswers: () => this.openCannedAnswers(),
      onFiles: (files) => this.#attach(files),
      onSubmit: () => this.#submit(),
      onInput: () => this.#changed(),
    });
    this.#box = this.#form.box;
    this.element = this.#form.element;
    this.element.hidden = true;
    this.#setMode("reply");
  }

  /** @param {Permission[]} can */
  setPermissions(can) {
    this.#mayReply = can.includes("say");
    if (!can.includes("note")) this.#writesNote = false;
    this.#update();
  }

  /**
   * Open the box for a reply or a note, if that is permitted.
   *
   * @param {ComposerMode} mode
   */
  write(mode) {
    if (mode === "reply" && !this.#mayReply) return;
    if (mode === "note" && !this.#view.can("note")) return;
    this.#writesNote = mode === "note";
    this.#update();
    this.#box.focus();
  }

  openCannedAnswers() {
    if (!this.#mayReply) return;
    this.write("reply");
    this.#answers.open();
  }

  /**
   * Put a message that was not sent back into its box.
   *
   * @param {OutboxEntry} entry
   * @param {Fact[] | null} [known] what it asks for although it is known
   */
  restore(entry, known = null) {
    this.#draft.restore(entry, known);
    this.#setMode(entry.kind);
    this.#box.focus();
  }

  resume() {
    this.#tray.resume();
  }

  leave() {
    this.#known.cancel();
    this.#typing.stop();
  }

  /** Show the box to those who may reply; for a note only when the agent asks for it. */
  #update() {
    const mode = this.#mayReply && !this.#writesNote ? "reply" : "note";
    this.element.hidden = !this.#mayReply && !this.#writesNote;
    this.#form.modes.hidden = !this.#mayReply;
    if (mode !== this.#mode) this.#setMode(mode);
    this.#form.fitHeight();
  }

  /** @param {ComposerMode} mode */
  #setMode(mode) {
    this.#mode = mode;
    this.#form.setMode(mode, this.#draft.get(mode));
    this.#form.showUploaded(mode === "reply" ? this.#uploadedPhotos() : []);
    this.#known.show(mode === "reply" ? this.#draft.get("known") : null, { stopped: true });
    this.#notify("");
  }

  /** Photos of a message that came back are with the server already. */
  #uploadedPhotos() {
    const photos = this.#draft.get("photos");
    return photos.map((photo) => ({
      node: this.#workspace.photos.button(photo, 4.6),
      remove: () => {
        const others = photos.filter(({ id }) => id !== photo.id);
        this.#draft.set("photos", others);
        this.#setMode(this.#mode);
      },
    }));
  }

  #changed() {
    this.#form.fitHeight();
    this.#notify("");
    this.#draft.set(this.#mode, this.#box.value);
    if (this.#mode === "note") return;
    this.#draft.set("known", null);
    this.#typing.textChanged(this.#box.value);
    this.#known.check(this.#box.value);
  }

  /** @param {FileList} files */
  #attach(files) {
    if (this.#mode === "note") return;
    this.#notify("");
    this.#tray.add(files);
  }

  /**
   * Insert a text at the cursor.
   *
   * @param {string} text
   */
  #insert(text) {
    const { selectionStart, selectionEnd } = this.#box;
    this.#box.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#box.focus();
    this.#changed();
    this.#selectPlaceholder();
  }

  /** Select the first placeholder that is left to fill by hand. Return false when there is none. */
  #selectPlaceholder() {
    const range = findPlaceholder(this.#box.value);
    if (range) this.#box.setSelectionRange(range.start, range.end);
    return range !== null;
  }

  #submit({ confirmed = false } = {}) {
    const { texts, outbox } = this.#workspace;
    const text = this.#box.value.trim();
    const isNote = this.#mode === "note";
    const excess = textLength(text) - MAX_LENGTH;
    if (!text && (isNote || (this.#tray.empty && !this.#draft.get("photos").length))) return;
    if (excess > 0) return this.#notify(texts.tooLong(MAX_LENGTH, excess));
    if (this.#selectPlaceholder()) return this.#notify(texts.fillPlaceholder);
    if (!isNote && !this.#tray.uploaded) {
      this.#notify(texts.sendsAfterPhoto);
      this.#sendsWhenUploaded = true;
      return;
    }
    const photos = isNote ? [] : [...this.#draft.get("photos"), ...this.#tray.takeAll()];
    this.leave();
    this.#draft.set(this.#mode, "");
    if (!isNote) {
      this.#draft.set("photos", []);
      this.#draft.set("known", null);
    }
    outbox.add(this.#view.reference, { kind: this.#mode, text, photos, confirmed });
    this.#writesNote = false;
    this.#setMode(this.#mode);
    this.#update();
    if (!this.element.hidden) this.#box.focus();
  }

  /** @param {string} sentence */
  #notify(sentence) {
    this.#sendsWhenUploaded = false; // let the agent read the sentence first
    this.#form.notice.textContent = sentence;
  }
}
