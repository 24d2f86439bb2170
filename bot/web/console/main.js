/** The console's page: who is signed in gets the desk, everybody else the door. */

import { Api } from "./api.js";
import { openDesk } from "./workspace.js";
import { looks, tab } from "./storage.js";
import { showSignIn } from "./sign_in.js";
import { textsFor } from "./texts.js";
import { applyTheme } from "./theme.js";

const api = new Api();

/** In the agent's language, which is only known once they are signed in. */
function start(me) {
  document.documentElement.lang = me.agent.language;
  looks.write("language", me.agent.language);
  api.csrf = me.csrf;
  // A new page is the surest way to leave nothing of a session behind; papers are on the shelf.
  api.onSignedOut = () => {
    tab.write("ended", true);
    location.reload();
  };
  openDesk({ me, api, texts: textsFor(me.agent.language) });
}

/** In the language of whoever was here last; Spanish, the company's own, until somebody chooses. */
function signIn(ended = tab.read("ended")) {
  const language = looks.read("language") ?? "es";
  document.documentElement.lang = language;
  tab.write("ended", null);
  showSignIn({
    api,
    texts: textsFor(language),
    ended,
    onSignedIn: (me) => signedIn(me, language),
    onLanguage: () => {
      looks.write("language", language === "es" ? "en" : "es");
      tab.write("chosen", true);
      signIn(ended);
    },
  });
}

/** A language that was chosen at the door is the agent's from now on. */
async function signedIn(me, language) {
  api.csrf = me.csrf;
  const chosen = tab.read("chosen") && language !== me.agent.language;
  tab.write("chosen", null);
  start(chosen ? await api.patch("api/me", { language }) : me);
}

/** Until the server can be reached there is nothing to decide. */
async function open() {
  try {
    start(await api.get("api/me"));
  } catch (error) {
    if (error.status === undefined) throw error;
    if (!error.passes) return signIn();
    setTimeout(open, 2_000);
  }
}

applyTheme();
open();
