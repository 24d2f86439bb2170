/** The console's page: who is signed in gets the desk, everybody else the door. */

import { Api } from "./api.js";
import { openDesk } from "./desk.js";
import { tab } from "./shelf.js";
import { showSignIn } from "./sign_in.js";
import { browserLanguage, textsFor } from "./texts.js";
import { applyTheme } from "./theme.js";

const api = new Api();

/** In the agent's language, which is only known once they are signed in. */
function start(me) {
  document.documentElement.lang = me.agent.language;
  api.csrf = me.csrf;
  // A new page is the surest way to leave nothing of a session behind; papers are on the shelf.
  api.onSignedOut = () => {
    tab.write("ended", true);
    location.reload();
  };
  openDesk({ me, api, texts: textsFor(me.agent.language) });
}

function signIn() {
  const language = browserLanguage();
  document.documentElement.lang = language;
  const ended = tab.read("ended");
  tab.write("ended", null);
  showSignIn({ api, texts: textsFor(language), ended, onSignedIn: start });
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
