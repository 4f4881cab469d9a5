// Signing in: a token is traded for a session that no script can read.
import {signIn} from "./api.js";
import {h, replace} from "./dom.js";
import {t} from "./text.js";

export function signInView(main, ended, done) {
  const said = h("p", {role: "alert", class: "late"}, ended ? t("session-ended") : "");
  const input = h("input", {id: "token", type: "password", required: true, autocomplete: "off", spellcheck: "false"});
  const button = h("button", {class: "button strong"}, t("sign-in"));
  replace(main, h("form", {class: "card sign-in", onsubmit: async (event) => {
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    try {
      await signIn(input.value.trim());
      done();
    } catch (problem) {
      said.textContent = problem.message;
      input.select();
      input.focus();
    }
    button.disabled = false;
  }}, h("h1", null, t("sign-in")), h("label", {for: "token"}, t("token")), input, button, said, h("p", {class: "soft"}, t("token-hint"))));
  input.focus();
}
