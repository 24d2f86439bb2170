/** The door: e-mail and password. */

import { element } from "../shared/dom.js";
import { field } from "./controls.js";

export function showSignIn({ api, texts, ended, onSignedIn, onLanguage }) {
  const email = element("input", { type: "email", name: "email", autocomplete: "username", required: true });
  const password = element("input", {
    type: "password",
    name: "password",
    autocomplete: "current-password",
    required: true,
  });
  const submit = element("button", { type: "submit", class: "button primary" }, texts.signIn.enter);
  const notice = element("p", { class: "notice", role: "alert" });
  const other = element("button", { type: "button", class: "button bare" }, texts.otherLanguage);
  const form = element(
    "form",
    { class: "door-form" },
    element("img", { src: "/console/files/icon.svg", alt: "", width: "56", height: "56" }),
    element("h1", {}, texts.signIn.title),
    element("p", { class: "quiet" }, ended ? texts.signIn.ended : texts.signIn.lead),
    field(texts.signIn.email, email),
    field(texts.signIn.password, password),
    notice,
    submit,
    other,
  );
  other.addEventListener("click", () => {
    page.remove();
    onLanguage();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    notice.textContent = "";
    submit.disabled = true;
    try {
      const me = await api.post("login", { email: email.value.trim(), password: password.value });
      page.remove();
      onSignedIn(me);
    } catch (error) {
      if (error.status === undefined) throw error;
      notice.textContent = texts.refusal(error);
      submit.disabled = false;
      password.select();
    }
  });
  const page = element("main", { class: "door" }, form);
  document.title = texts.signIn.title;
  document.body.append(page);
  email.focus();
}
