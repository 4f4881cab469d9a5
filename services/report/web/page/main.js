// The frame: who is signed in, navigation, language, big screen, and which view is shown (#/duty, #/case/A1, …).
import {onSignedOut, signOut, whoami} from "./api.js";
import {h, replace} from "./dom.js";
import * as live from "./live.js";
import {readNames} from "./names.js";
import {problemNode} from "./parts.js";
import {clock, english, setLanguage, t} from "./text.js";

// What a view needs beyond the first one is loaded when it is first shown.
const VIEWS = {
  duty: () => import("./duty.js").then((m) => m.duty),
  mine: () => import("./officer.js").then((m) => m.mine),
  officer: () => import("./officer.js").then((m) => m.officer),
  unit: () => import("./unit.js").then((m) => m.unit),
  model: () => import("./models.js").then((m) => m.model),
  ranking: () => import("./models.js").then((m) => m.ranking),
  scores: () => import("./scores.js").then((m) => m.scores),
  score: () => import("./scores.js").then((m) => m.score),
  figures: () => import("./figures.js").then((m) => m.figures),
  entries: () => import("./entries.js").then((m) => m.entries),
  bulletins: () => import("./bulletins.js").then((m) => m.bulletins),
  find: () => import("./find.js").then((m) => m.find),
  case: () => import("./case.js").then((m) => m.casePage),
  warning: () => import("./warning.js").then((m) => m.warning),
  screen: () => import("./screen.js").then((m) => m.screen),
};
const MENU = [["duty", ["duty"]], ["mine", ["mine", "officer"]], ["unit", ["unit", "model", "ranking", "scores", "score", "figures"]], ["bulletins", ["bulletins"]], ["find", ["find"]]];
const SLOW_MS = 200; // what comes sooner is shown without a word of waiting

const main = document.getElementById("main"), top_ = document.getElementById("top"), banner = document.getElementById("banner");
const onScreen = new URLSearchParams(location.search).get("mode") === "screen";
let who = null, leave = null, turn = 0;

/** An officer sees his page first, a leader his unit's, the desk the desk. */
function home() {
  if (who.local || who.roles.includes("admin") || who.roles.includes("viewer")) return "duty";
  return who.roles.includes("supervisor") ? "unit" : who.roles.includes("officer") ? "mine" : "duty";
}

function sign() {
  const phase = live.status.phase;
  return h("span", {id: "state", class: `state ${phase}`, role: "status"}, h("i", {class: "dot", "aria-hidden": "true"}), t(phase));
}

function frame(view) {
  const search = h("form", {class: "find", role: "search", onsubmit: (event) => { event.preventDefault(); go(`#/find?id=${encodeURIComponent(new FormData(event.target).get("id").trim())}`); }},
    h("input", {type: "search", name: "id", placeholder: t("find"), "aria-label": t("find-hint"), title: t("find-hint"), autocomplete: "off"}));
  const language = h("button", {type: "button", id: "language", lang: english() ? "zh-CN" : "en", onclick: () => { setLanguage(!english()); show(); }}, t("language"));
  replace(top_, h("a", {class: "name", href: "#/"}, "Seawall", h("small", null, t("title"))),
    who && !onScreen ? h("nav", {"aria-label": t("menu")}, MENU.map(([name, views]) => h("a", {href: `#/${name}`, class: name === "find" ? "narrow" : null, "aria-current": views.includes(view) ? "page" : null}, t(name)))) : null,
    h("div", {class: "tools"}, who && !onScreen ? search : null, who ? sign() : null,
      who ? h("a", {class: "wide", href: onScreen ? "./#/" : "?mode=screen", id: "screen"}, t(onScreen ? "leave-screen" : "screen")) : null, onScreen ? null : language,
      who && !who.local && !onScreen ? h("span", {class: "who"}, `${who.sub} `, h("button", {type: "button", id: "sign-out", onclick: leaveSession}, t("sign-out"))) : null));
}

function connection() {
  document.getElementById("state")?.replaceWith(sign());
  const lost = live.status.phase === "lost";
  banner.hidden = !lost;
  banner.textContent = lost ? t("lost-since", {t: live.status.asOf ? clock(live.status.asOf) : "–"}) : "";
}

/** Says it to those who do not see the page change; of a storm the last. */
function announce(text) {
  document.getElementById("live").textContent = text;
}

// An address that somebody has cut off is one of no page, and no reason to fail.
function decode(part) {
  try { return decodeURIComponent(part); } catch { return part; }
}

function parsed() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").map(decode);
  return {name: onScreen ? "screen" : name || home(), rest: rest.filter(Boolean), query: Object.fromEntries(new URLSearchParams(query ?? ""))};
}

async function show() {
  if (!who) return;
  const mine = ++turn, {name, rest, query} = parsed(), box = h("div", {class: `view v-${name}`});
  leave?.();
  leave = null;
  delete document.body.dataset.ready;
  document.documentElement.lang = english() ? "en" : "zh-CN";
  skip.textContent = t("skip");
  frame(name);
  connection();
  const waiting = setTimeout(() => { if (mine === turn && !box.isConnected) replace(main, h("p", {class: "empty", role: "status"}, t("loading"))); }, SLOW_MS);
  // The former view stays until this one has something to show.
  const arrived = new MutationObserver(() => { arrived.disconnect(); if (mine === turn) replace(main, box); });
  arrived.observe(box, {childList: true});
  try {
    if (!Object.hasOwn(VIEWS, name)) throw Object.assign(new Error(t("not-found")), {status: 404});
    const view = await VIEWS[name]();
    const done = await view({main: box, rest, query, who, go, announce});
    if (mine !== turn) return void done?.();
    leave = done ?? null;
  } catch (problem) {
    if (mine !== turn || !who) return;
    replace(main, h("div", {class: "card"}, h("h1", {class: "visually-hidden", tabindex: "-1"}, t("failed")), problemNode(problem, show)));
  } finally {
    clearTimeout(waiting);
  }
  const heading = main.querySelector("h1");
  document.title = [heading?.textContent.trim(), `Seawall ${t("title")}`].filter(Boolean).join(" · ");
  document.body.dataset.ready = name;
}

function go(hash) {
  if (location.hash === hash) show();
  else location.hash = hash;
}

async function signedOut(ended) {
  const {signInView} = await import("./signin.js");
  turn++;
  leave?.();
  leave = null;
  who = null;
  live.stop();
  frame("");
  banner.hidden = true;
  signInView(main, ended, begin);
  document.title = `${t("sign-in")} · Seawall`;
  document.body.dataset.ready = "sign-in";
}

async function leaveSession() {
  await signOut();
  signedOut(false);
}

async function begin() {
  delete document.body.dataset.ready;
  try {
    who = await whoami();
  } catch (problem) {
    if (problem.status === 401) return void signedOut(false);
    replace(main, h("div", {class: "card"}, problemNode(problem, begin)));
    document.body.dataset.ready = "failed";
    return;
  }
  live.start();
  await readNames(who);
  await show();
}

const skip = document.querySelector(".skip");
skip.addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
document.body.classList.toggle("screen", onScreen);
setLanguage(english());
onSignedOut(() => { if (who) signedOut(true); });
live.watch((what) => { if (what === "status") connection(); else if (what === "signed-out") signedOut(true); });
// Another view is read from its top: the focus goes with it, so that keyboard and screen reader follow.
addEventListener("hashchange", async () => {
  await show();
  scrollTo(0, 0);
  (main.querySelector("h1[tabindex]") ?? main).focus({preventScroll: true});
});
begin();
