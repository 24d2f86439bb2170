/** What an agent was writing in each case, kept through reloads and sign-ins. */

const EMPTY = { reply: "", note: "", photos: [], known: null };

export class Draft {
  #papers;
  #key;
  #now;

  constructor(papers, reference) {
    this.#papers = papers;
    this.#key = `draft ${reference}`;
    this.#now = { ...EMPTY, ...papers.read(this.#key) };
  }

  get(name) {
    return this.#now[name];
  }

  set(name, value) {
    this.#now[name] = value;
    const { reply, note, photos } = this.#now;
    this.#papers.write(this.#key, reply || note || photos.length ? this.#now : null);
  }
}

/** A message that came back stands before what was written meanwhile. */
export function returnToDraft(papers, { reference, kind, text, photos }, known = null) {
  const draft = new Draft(papers, reference);
  draft.set(kind, [text, draft.get(kind)].filter(Boolean).join("\n"));
  if (kind === "reply") {
    draft.set("photos", [...photos, ...draft.get("photos")]);
    draft.set("known", known);
  }
}
