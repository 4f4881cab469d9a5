// The leader's page of a unit: where it stands, its headline figures, trends, what weighs most, the units below.
import {get} from "./api.js";
import {over} from "./chart.js";
import {h, replace} from "./dom.js";
import {asked, frame, grain, hashOf, modelList} from "./frame.js";
import {label, ownUnit} from "./names.js";
import {card, change, colourTag, counted, empty, loading, reasonsOf, shown, spark, th, unitLink, unitName} from "./parts.js";
import {KINDS, riskCard} from "./scores.js";
import {number, share, t} from "./text.js";

function headline(definition, figure, values, chosen, choose) {
  return h("div", {class: "figure card", "data-indicator": definition.id},
    h("button", {type: "button", class: "plain", "aria-pressed": String(chosen), onclick: choose}, label(definition)),
    h("b", null, counted(figure, label(definition), definition)), values ? spark(values) : null,
    h("small", null, h("span", null, t("previous"), " ", change(definition, figure.value, figure.previous)), h("span", null, t("year"), " ", change(definition, figure.value, figure.year_before))));
}

/** What a unit does in its own name stands among the units below it. */
const isItself = (child, unit) => child.org.replace(/(00)+$/, "") === unit.org;

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
      h("tbody", null, rows.map((child) => h("tr", null, h("th", {scope: "row"}, unitLink(child.org, unitName(child.org) || child.name), isItself(child, found.unit) ? h("small", {class: "soft"}, ` ${t("itself")}`) : child.children ? h("small", {class: "soft"}, ` (${child.children})`) : null),
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

const PLATES_SHOWN = 6, RISKS_SHOWN = 5;

function platesCard(found, span) {
  const listed = found.units.filter((one) => one.colour !== "none");
  return card("w4", t("plates"), h("a", {href: hashOf(`model/${encodeURIComponent(found.id)}`, span)}, t("show")),
    h("dl", {class: "counts"}, ["red", "yellow", "blue", "none"].map((colour) => h("div", null, h("dt", null, colourTag(colour)), h("dd", null, number(found.counts[colour] ?? 0))))),
    listed.length ? h("ul", {class: "rows"}, listed.slice(0, PLATES_SHOWN).map((one) => h("li", null, colourTag(one.colour), h("div", null, unitLink(one.org, unitName(one.org) || one.name), h("small", null, reasonsOf(one)))))) : h("p", {class: "good"}, `✓ ${t("no-findings")}`));
}

export async function unit(view) {
  const {rest, query, who} = view;
  const span = asked(query, rest[0] ?? ownUnit(who));
  if (!span.org) return void replace(await frame(view, "unit", span, t("whole")), empty("nothing-figures"));
  const found = await get(`/v1/units/${encodeURIComponent(span.org)}`, {from: span.from, to: span.to});
  const content = await frame(view, "unit", span, unitName(span.org) || found.unit.name || span.org);
  const list = await modelList();
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
    KINDS.map((of) => riskCard(of, span, RISKS_SHOWN)),
    found.children.length ? card("w12", t("subunits"), h("small", {class: "soft"}, t("units", {n: found.children.length})), children(found, plates)) : null));
}
