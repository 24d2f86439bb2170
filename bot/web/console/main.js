// @ts-check
/** The console's entry: an agent who is signed in gets the workspace, everybody else the sign-in form. */

import { Api, Refused } from "./api.js";
import { showSignIn } from "./sign_in.js";
import { preferences, tabState } from "./storage.js";
import { textsFor } from "./texts.js";
import { applyTheme } from "./theme.js";
import { openWorkspace } from "./workspace.js";

/** @import { Language, Me } from "../shared/types.js" */

const RETRY_MS = 2_000;

const api = new Api();

/**
 * Open the workspace in the agent's language, which is only known once they are signed in.
 *
 * @param {Me} me
 */
function start(me) {
  document.documentElement.lang = me.agent.language;
  preferences.setJson("language", me.agent.language);
  api.csrf = me.csrf;
  // A new page is the surest way to leave nothing of a session behind; drafts are in the tab's storage.
  api.onSignedOut = () => {
    tabState.setJson("ended", true);
    location.reload();
  };
  openWorkspace({ me, api, texts: textsFor(me.agent.language) });
}

/**
 * Show the sign-in form in the language that was used last; Spanish, the company's own, until then.
 *
 * @param {boolean} ended say that the session is over
 */
function signIn(ended) {
  /** @type {Language} */
  const language = preferences.getJson("language") ?? "es";
  document.documentElement.lang = language;
  tabState.setJson("ended", null);
  showSignIn({
    api,
    texts: textsFor(language),
    ended,
    onSignedIn: (me) => signedIn(me, language),
    onLanguage: () => {
      preferences.setJson("language", language === "es" ? "en" : "es");
      tabState.setJson("chosen", true);
      signIn(ended);
    },
  });
}

/**
 * A language that was chosen in the sign-in form is the agent's from now on.
 *
 * @param {Me} me
 * @param {Language} language
 */
async function signedIn(me, language) {
  api.csrf = me.csrf;
  const isChosen = tabState.getJson("chosen") && language !== me.agent.language;
  tabState.setJson("chosen", null);
  start(isChosen ? await api.patch("api/me", { language }) : me);
}

/** Ask the server who is signed in; wait until it can be reached. */
async function open() {
  try {
    start(await api.get("api/me"));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.isPassing) setTimeout(open, RETRY_MS);
    else signIn(tabState.getJson("ended") ?? false);
  }
}

applyTheme();
open();
