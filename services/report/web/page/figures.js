// Every figure of a unit over some days, with its change; each opens its list, its trend and its units.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {bars, over} from "./chart.js";
import {label, ownUnit} from "./names.js";
import {card, change, empty, listHref, shown, table, th, unitName} from "./parts.js";
import {asked, frame, grain, hashOf} from "./frame.js";
import {named, share, t} from "./text.js";

const UNITS_SHOWN = 15;
const listOf = (i, span) => listHref(`/v1/figures/${encodeURIComponent(i.id)}/list?${new URLSearchParams(span)}`, label(i));

function row(i, span, chosen) {
  const value = h("b", null, shown(i, i.value));
  return h("tr", {"data-figure": i.id, class: chosen ? "chosen" : null}, h("th", {scope: "row"}, h("a", {href: hashOf("figures", span, {id: i.id})}, label(i))),
    h("td", {class: "n"}, i.unit === "ratio" ? value : h("a", {href: listOf(i, span)}, value)), h("td", {class: "n"}, change(i, i.value, i.previous)), h("td", {class: "n far"}, change(i, i.value, i.year_before)));
}

export async function figures(view) {
  const {query, who, go} = view, span = asked(query, query.org ?? ownUnit(who));
  const content = await frame(view, "figures", span, t("figures"));
  const {figures: all} = await get("/v1/figures", span);
  const chosen = all.find((i) => i.id === query.id) ?? all.find((i) => i.id === "warning.all") ?? all[0];
  if (!chosen) return void replace(content, empty("nothing-figures"));
  const path = `/v1/figures/${encodeURIComponent(chosen.id)}`;
  const [byTime, byUnit] = await Promise.all([get(path, {...span, by: grain(span)}), get(path, {...span, by: "unit"})]);
  const units = [...byUnit.parts].sort((a, b) => b.value - a.value).slice(0, UNITS_SHOWN);
  const write = chosen.unit === "ratio" ? {write: share} : {};
  const domains = [...new Set(all.map((i) => i.domain ?? ""))];
  replace(content, h("div", {class: "grid"},
    card("w7", `${label(chosen)} · ${t("by-day")}`, chosen.unit === "ratio" ? null : h("a", {href: listOf(chosen, span)}, t("list")), over(label(chosen), byTime.parts.map((p) => p.day ?? p.month), [{name: label(chosen), values: byTime.parts.map((p) => p.value), area: true, ...write}])),
    card("w5", `${label(chosen)} · ${t("by-unit")}`, null, units.length ? bars(label(chosen), units.map((p) => unitName(p.unit)), units.map((p) => p.value), (n) => go(hashOf("figures", span, {org: units[n].unit, id: chosen.id}))) : empty("nothing-figures")),
    h("div", {class: "w12 flow"}, domains.map((domain) => card("", named("d-", domain) || "–", null, table([h("td"), th("value", "n"), th("previous", "n"), th("year", "n far")], all.filter((i) => (i.domain ?? "") === domain).map((i) => row(i, span, i === chosen))))))));
}
