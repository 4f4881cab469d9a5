// The leader's page of a unit: where it stands, its headline figures, trends, the units below; and the frame that all pages of a unit share.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {over} from "./chart.js";
import {label, ownUnit, unitList, unitOf} from "./names.js";
import {card, change, colourTag, counted, empty, loading, shown, spark, tab, th, unitLink, unitName} from "./parts.js";
import {day, number, share, t} from "./text.js";

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
      tab(hashOf("ranking", span), t("ranking"), view === "ranking"), tab(hashOf("figures", span), t("figures"), view === "figures")),
    content);
  return content;
}

function headline(definition, figure, values, chosen, choose) {
  return h("div", {class: "figure card", "data-indicator": definition.id},
    h("button", {type: "button", class: "plain", "aria-pressed": String(chosen), onclick: choose}, label(definition)),
    h("b", null, counted(figure, label(definition), definition)), values ? spark(values) : null,
    h("small", null, h("span", null, t("previous"), " ", change(definition, figure.value, figure.previous)), h("span", null, t("year"), " ", change(definition, figure.value, figure.year_before))));
}

/** The units below with their figures; a click on a head sorts. */
function children(found, plates) {
  let by = null, down = true;
  const node = h("div", {class: "wrap"});
  const value = (child) => (by === null ? 0 : child.figures[by] ?? -1);
  function draw() {
    const rows = by === null ? found.children : [...found.children].sort((a, b) => (down ? value(b) - value(a) : value(a) - value(b)) || a.org.localeCompare(b.org));
    const head = (i) => h("th", {scope: "col", class: "n", "aria-sort": by === i.id ? (down ? "descending" : "ascending") : null},
      h("button", {type: "button", class: "plain", onclick: () => { down = by === i.id ? !down : true; by = i.id; draw(); }}, label(i), by === i.id ? (down ? " ▼" : " ▲") : ""));
    replace(node, h("table", {id: "children"}, h("thead", null, h("tr", null, h("th", {scope: "col"}, t("unit")), plates ? h("th", {scope: "col"}, t("plates")) : null, found.indicators.map(head))),
      h("tbody", null, rows.map((child) => h("tr", null, h("th", {scope: "row"}, unitLink(child.org, unitName(child.org) || child.name), child.children ? h("small", {class: "soft"}, ` (${child.children})`) : null),
        plates ? h("td", null, plates.has(child.org) ? colourTag(plates.get(child.org)) : "–") : null, found.indicators.map((i) => h("td", {class: "n"}, shown(i, child.figures[i.id]))))))));
  }
  draw();
  return node;
}

const ofKind = (list, kind) => list.filter((m) => m.kind === kind);

function clearCard(model, span) {
  return loading("w3", label(model), h("a", {href: hashOf(`model/${encodeURIComponent(model.id)}`, span)}, t("show")), async () => {
    const found = await get(`/v1/models/${encodeURIComponent(model.id)}`, span);
    return h("div", {class: "clear"}, h("b", {class: "big"}, counted(found.backlog, label(model))), h("span", null, t("backlog")), h("b", {class: found.overdue.value ? "big late" : "big"}, counted(found.overdue, label(model))), h("span", null, t("overdue")),
      spark(found.burn_down.map((d) => d.open)), h("small", {class: "soft"}, `${t("cleared-share")} ${share(found.cleared_share)}`));
  });
}

/** The units by colour; null where there is no listing. */
async function listing(list, span) {
  const [model] = ofKind(list, "listing");
  return model ? get(`/v1/models/${encodeURIComponent(model.id)}`, span).catch(() => null) : null;
}

const PLATES_SHOWN = 6;

function platesCard(found, span) {
  const listed = found.units.filter((one) => one.colour !== "none");
  return card("w4", t("plates"), h("a", {href: hashOf(`model/${encodeURIComponent(found.id)}`, span)}, t("show")),
    h("dl", {class: "counts"}, ["red", "yellow", "blue", "none"].map((colour) => h("div", null, h("dt", null, colourTag(colour)), h("dd", null, number(found.counts[colour] ?? 0))))),
    listed.length ? h("ul", {class: "rows"}, listed.slice(0, PLATES_SHOWN).map((one) => h("li", null, colourTag(one.colour), h("div", null, unitLink(one.org, unitName(one.org) || one.name), h("small", null, one.reasons.map(label).join(" · ")))))) : h("p", {class: "good"}, `✓ ${t("no-findings")}`));
}

export async function unit(view) {
  const {rest, query, who} = view;
  const span = asked(query, rest[0] ?? ownUnit(who));
  const content = await frame(view, "unit", span, unitName(span.org) || t("whole"));
  if (!span.org) return void replace(content, empty("nothing-figures"));
  const list = await modelList();
  const found = await get(`/v1/units/${encodeURIComponent(span.org)}`, {from: span.from, to: span.to});
  const [trends, listed] = await Promise.all([get("/v1/trends", {...span, by: grain(span), indicators: found.indicators.map((i) => i.id).join(",")}), listing(list, span)]);
  const valuesOf = (id) => trends.series.find((s) => s.id === id)?.values;
  let chosen = query.id && found.figures[query.id] ? query.id : found.indicators[0]?.id;
  const figures = h("div", {class: "headlines"}), chart = h("div"), trendName = h("span");
  function draw() {
    const held = figures.contains(document.activeElement);
    replace(figures, found.indicators.map((i) => headline(i, found.figures[i.id], valuesOf(i.id), i.id === chosen, () => { chosen = i.id; draw(); })));
    if (held) figures.querySelector("[aria-pressed=true]")?.focus();
    const series = trends.series.find((s) => s.id === chosen);
    trendName.textContent = series ? `${t("trend")} · ${label(series)}` : t("trend");
    replace(chart, series ? over(label(series), trends.dates, [{name: label(series), values: series.values, area: true, ...(series.unit === "ratio" ? {write: share} : {})}]) : empty("nothing-figures"));
  }
  draw();
  const plates = listed?.units.length ? new Map(listed.units.map((one) => [one.org, one.colour])) : null;
  replace(content, figures, h("div", {class: "grid"},
    card(plates ? "w8" : "w12", trendName, null, chart),
    plates ? platesCard(listed, span) : null,
    ofKind(list, "backlog").map((model) => clearCard(model, span)),
    found.children.length ? card("w12", t("subunits"), h("small", {class: "soft"}, t("units", {n: found.children.length})), children(found, plates)) : null));
}
