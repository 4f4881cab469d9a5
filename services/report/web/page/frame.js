// What all pages of a unit share: heading, way up, span of days, tabs.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {label, unitList, unitOf} from "./names.js";
import {tab, unitName} from "./parts.js";
import {day, t} from "./text.js";

const SPANS = [["days7", 6], ["days30", 29], ["days90", 89], ["year1", 364]];
const DAYS_MAX = 92; // longer spans are shown by month
let models = null;

/** What is asked: a unit and a span of days; left out, the last 30 days. */
export const asked = (query, org) => ({org: org ?? query.org ?? "", from: query.from ?? day(-29), to: query.to ?? day(0)});
const days = (span) => (Date.parse(span.to) - Date.parse(span.from)) / 86400000 + 1;
export const grain = (span) => (days(span) > DAYS_MAX ? "month" : "day");

const unitHash = (span, change_) => {
  const {org, ...rest} = {...span, ...change_};
  return `#/unit/${encodeURIComponent(org)}?${new URLSearchParams(rest)}`;
};
export const hashOf = (view, span, more) => (view === "unit" ? unitHash(span, more) : `#/${view}?${new URLSearchParams({...span, ...more})}`);

/** From the top to this unit, as links. */
function path(span, view) {
  const way = [];
  for (let unit = unitOf(span.org); unit; unit = unit.parent && unitOf(unit.parent) !== unit ? unitOf(unit.parent) : null) way.unshift(unit);
  return h("nav", {class: "path", "aria-label": t("unit")}, way.length ? way.map((unit, i) => [i ? " › " : null, i === way.length - 1 ? h("b", null, unitName(unit.org)) : h("a", {href: hashOf(view, span, {org: unit.org})}, unitName(unit.org))]) : h("b", null, span.org || t("whole")));
}

function unitChoice(span, view, go) {
  const below = unitList.filter((unit) => unit.org !== span.org && unit.org.startsWith(span.org));
  if (below.length === 0) return null;
  return h("select", {"aria-label": t("choose-unit"), onchange: (event) => event.target.value && go(hashOf(view, span, {org: event.target.value}))},
    h("option", {value: ""}, t("choose-unit")), below.map((unit) => h("option", {value: unit.org}, `${"\u3000".repeat(Math.max(0, (unit.level - (span.org.length || 4)) / 2 - 1))}${unitName(unit.org)}`)));
}

export async function modelList() {
  models ??= (await get("/v1/models").catch(() => ({models: []}))).models;
  return models;
}

/** Heading, way up, span of days, and the tabs of a unit's pages. `view` is this page's address without its query, such as "unit". */
export async function frame({main, go}, view, span, heading) {
  const list = await modelList();
  const spans = SPANS.map(([word, back]) => h("a", {href: hashOf(view, span, {from: day(-back), to: day(0)}), "aria-current": span.to === day(0) && span.from === day(-back) ? "true" : null}, t(word)));
  const dates = h("form", {class: "dates", onsubmit: (event) => { event.preventDefault(); go(hashOf(view, span, Object.fromEntries(new FormData(event.target)))); }},
    h("input", {name: "from", type: "date", value: span.from, required: true, "aria-label": t("from")}), "–", h("input", {name: "to", type: "date", value: span.to, required: true, "aria-label": t("to")}), h("button", {class: "button"}, t("show")));
  const content = h("div");
  replace(main,
    h("div", {class: "head"}, h("div", null, path(span, view), h("h1", {tabindex: "-1"}, heading)), h("div", {class: "tools"}, unitChoice(span, view, go), h("nav", {class: "choice", "aria-label": t("date")}, spans), dates)),
    h("nav", {class: "tabs", "aria-label": t("models")}, tab(hashOf("unit", span), t("overview"), view === "unit"),
      list.map((m) => tab(hashOf(`model/${encodeURIComponent(m.id)}`, span), label(m), view === `model/${encodeURIComponent(m.id)}`)),
      tab(hashOf("ranking", span), t("ranking"), view === "ranking"), tab(hashOf("scores", span), t("risk"), view === "scores"), tab(hashOf("figures", span), t("figures"), view === "figures")),
    content);
  return content;
}
