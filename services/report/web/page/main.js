// The frame: navigation, language, big screen, and which view is shown (#/duty, #/figures, #/case/A1, …).
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {duty} from "./duty.js";
import {bulletins, figures, list} from "./figures.js";
import {find, oneCase, oneWarning} from "./find.js";
import {english, setLanguage, t} from "./text.js";

const VIEWS = {duty, figures, bulletins, find, case: oneCase, warning: oneWarning, list};
const NAVIGATION = [["duty", "duty"], ["figures", "leader"], ["bulletins", "bulletins"], ["find", "find"]];
const main = document.getElementById("main");
let leave = null; // what the present view wants done before it goes
let online = null;

if (new URLSearchParams(location.search).get("mode") === "screen") document.body.classList.add("screen");

function frame(view) {
  document.title = `Seawall ${t("title")}`;
  const switchLanguage = () => { setLanguage(!english()); show(); };
  replace(document.getElementById("top"),
    h("span", {class: "name"}, "Seawall", h("small", null, t("title"))),
    h("nav", {"aria-label": t("title")}, NAVIGATION.map(([name, word]) =>
      h("a", {href: `#/${name}`, "aria-current": name === view ? "page" : null}, t(word)))),
    h("span", {class: "state"},
      h("span", {id: "state"}, h("i", {class: online ? "dot on" : "dot"}), online === null ? "" : t(online ? "live" : "waiting")),
      h("button", {type: "button", onclick: switchLanguage, lang: english() ? "zh-CN" : "en"}, t("language")),
      h("a", {href: "?mode=screen#/duty", class: "visually-hidden"}, t("screen"))));
}

export function connected(on) {
  online = on;
  const state = document.getElementById("state");
  if (state) replace(state, h("i", {class: on ? "dot on" : "dot"}), t(on ? "live" : "waiting"));
}

/** Says it to those who do not see the page change. */
export function announce(text) {
  document.getElementById("live").textContent = text;
}

function failed(problem) {
  replace(main, h("div", {class: "card problem", role: "alert"}, h("h1", null, problem.status === 401 ? t("sign-in") : t("failed")),
    h("p", null, problem.message), problem.hint ? h("p", {class: "soft"}, problem.hint) : null,
    h("button", {type: "button", class: "button", onclick: show}, t("retry"))));
}

async function show() {
  const [view = "duty", ...rest] = (location.hash.replace(/^#\/?/, "") || "duty").split("?")[0].split("/").map(decodeURIComponent);
  const query = Object.fromEntries(new URLSearchParams(location.hash.split("?")[1] ?? ""));
  const name = VIEWS[view] ? view : "duty";
  leave?.();
  leave = null;
  frame(name);
  try {
    leave = (await VIEWS[name]({main, get, rest, query, connected, announce, go})) ?? null;
  } catch (problem) {
    failed(problem);
  }
}

export function go(hash) {
  if (location.hash === hash) show();
  else location.hash = hash;
}

setLanguage(english());
addEventListener("hashchange", show);
show();
