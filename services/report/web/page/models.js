// What a leader looks into: three clears and their burn-down, the listing of units, where complaints come from, one unit's check-up, rankings.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {bars, over} from "./chart.js";
import {label, ownUnit} from "./names.js";
import {card, change, colourTag, counted, empty, listHref, ownReasons, shown, table, th, unitLink, unitName} from "./parts.js";
import {asked, frame, hashOf} from "./frame.js";
import {named, number, share, t} from "./text.js";

const num = (word, n, title, tone) => h("div", {class: tone ? `tile ${tone}` : "tile"}, h("span", null, t(word)), h("b", null, typeof n === "string" ? n : counted(n, title)));

function backlog(found, span) {
  const title = label(found), dates = found.burn_down.map((d) => d.date);
  return [
    h("div", {class: "tiles"}, num("backlog", found.backlog, title), num("overdue", found.overdue, title, found.overdue.value ? "l-breach" : null), num("opened_n", found.opened, title), num("in-time_n", found.in_time, title), num("late_n", found.late, title), num("cleared-share", share(found.cleared_share), title)),
    h("div", {class: "grid"},
      card("w12", t("burn-down"), null, over(`${title} · ${t("burn-down")}`, dates, [
        {name: t("in-time_n"), type: "bar", stack: "done", tone: "--green", values: found.burn_down.map((d) => d.in_time)}, {name: t("late_n"), type: "bar", stack: "done", tone: "--orange", values: found.burn_down.map((d) => d.late)},
        {name: t("opened_n"), tone: "--soft", values: found.burn_down.map((d) => d.opened)}, {name: t("open-at-end"), tone: "--accent", values: found.burn_down.map((d) => d.open)}])),
      card("w12", t("subunits"), null, found.units.length ? table([th("unit"), th("backlog", "n"), th("overdue", "n"), th("opened_n", "n far"), th("in-time_n", "n far"), th("late_n", "n far")], found.units.map((u) => h("tr", null,
        h("th", {scope: "row"}, h("a", {href: hashOf(`model/${encodeURIComponent(found.id)}`, span, {org: u.org})}, unitName(u.org) || u.name)), h("td", {class: "n"}, number(u.backlog)), h("td", {class: u.overdue ? "n late" : "n"}, number(u.overdue)),
        h("td", {class: "n far"}, number(u.opened)), h("td", {class: "n far"}, number(u.in_time)), h("td", {class: "n far"}, number(u.late))))) : empty("nothing")))];
}

function breakdown(found, span, go) {
  const nameOf = (part, v) => (part.by === "unit" ? unitName(v.name) || v.label || v.name : named("v-", v.label ?? v.name));
  return [
    h("div", {class: "tiles"}, num("total", found.total, label(found)), h("div", {class: "tile"}, h("span", null, t("previous")), h("b", null, number(found.previous)), h("small", null, change({better: "less"}, found.total.value, found.previous))),
      h("div", {class: "tile"}, h("span", null, t("year")), h("b", null, number(found.year_before)), h("small", null, change({better: "less"}, found.total.value, found.year_before)))),
    h("div", {class: "grid"}, found.parts.map((part) => card(part.by === "unit" ? "w12" : "w6", label(part), part.more ? h("small", {class: "soft"}, t("and-more", {n: part.more})) : null,
      part.values.length === 0 ? empty("nothing-figures") : part.values.length > 3 && part.by !== "unit" ? bars(label(part), part.values.slice(0, 15).map((v) => nameOf(part, v)), part.values.slice(0, 15).map((v) => v.value), (i) => go(listHref(part.values[i].list, `${label(found)} · ${nameOf(part, part.values[i])}`))) :
        h("ol", {class: "shares"}, part.values.slice(0, 25).map((v) => shareRow(nameOf(part, v), v, part.values[0].value, label(found)))))))];
}

function shareRow(name, v, most, title) {
  const bar = h("i", {"aria-hidden": "true"});
  bar.style.width = `${(v.value / Math.max(1, most)) * 100}%`;
  return h("li", null, h("span", null, name), h("b", null, counted(v, `${title} · ${name}`)), h("div", {class: "bar-of"}, bar));
}

const reason = (r) => h("li", null, colourTag(r.colour), " ", label(r), " ", h("b", null, counted({value: r.share !== undefined ? share(r.share) : r.value, list: r.list}, label(r), {unit: "text"})), r.part !== undefined ? h("small", {class: "soft"}, ` ${number(r.part)} / ${number(r.whole)}`) : null);

function listing(found, span) {
  return [
    h("div", {class: "tiles"}, ["red", "yellow", "blue", "none"].map((c) => h("div", {class: `tile l-${c}`}, colourTag(c), h("b", null, number(found.counts[c] ?? 0))))),
    h("div", {class: "grid"},
      card("w8", t("plates"), h("small", {class: "soft"}, t("units", {n: found.units.length})), found.units.length ? table([th("plates"), th("unit"), th("reasons")], found.units.map((u) => h("tr", {"data-org": u.org}, h("td", null, colourTag(u.colour)),
        h("th", {scope: "row"}, h("a", {href: hashOf("model/checkup", span, {org: u.org})}, unitName(u.org) || u.name)), h("td", null, h("ul", {class: "plain inline"}, ownReasons(u).map(reason)))))) : empty("nothing")),
      card("w4", t("rules"), null, h("ul", {class: "plain"}, found.rules.map((r) => h("li", null, colourTag(r.colour), " ", label(r), h("small", {class: "soft block"}, r.at_least !== undefined ? t("at-least", {n: number(r.at_least)}) : r.above !== undefined ? t("above", {n: share(r.above)}) : ""))))))];
}

const MARKS = {better: ["▲", "good"], worse: ["▼", "bad"], same: ["=", "soft"]};

const saysAnything = (f) => Boolean(f.value || f.previous || f.year_before || f.peers?.mean);

function checkFigure(f) {
  const [sign, tone] = MARKS[f.mark] ?? ["", "soft"];
  return h("tr", {"data-figure": f.id}, h("th", {scope: "row"}, label(f)), h("td", {class: "n"}, h("b", null, counted(f, label(f), f))), h("td", {class: "n"}, change(f, f.value, f.previous)), h("td", {class: "n far"}, change(f, f.value, f.year_before)),
    h("td", {class: "far"}, f.peers ? h("small", {class: "soft"}, `${f.peers.rank === null ? "" : `${t("peers", {n: f.peers.count, r: f.peers.rank})} · `}${t("mean", {n: shown(f, f.peers.mean)})}`) : "–"), h("td", {class: "mark"}, f.mark ? h("span", {class: tone}, `${sign} ${t(f.mark)}`) : ""));
}

function checkup(found) {
  return [
    h("div", {class: "tiles"}, h("div", {class: `tile l-${found.colour}`}, h("span", null, t("plates")), h("b", null, colourTag(found.colour))), found.clears.map((c) => h("div", {class: "tile"}, h("span", null, label(c)), h("b", null, counted(c.backlog, label(c))),
      h("small", {class: c.overdue.value ? "late" : null}, t("overdue"), " ", counted(c.overdue, label(c)))))),
    h("div", {class: "checkup"},
      card("whole", t("findings"), h("button", {type: "button", class: "button", onclick: () => print()}, t("print")), found.findings.length || found.reasons.length ? h("ul", {class: "plain columns"}, ownReasons(found).map(reason), found.findings.map((f) => h("li", null, h("span", {class: "bad"}, "▼ "), h("b", null, label(f)), h("span", {class: "detail"}, ` ${f.text ?? ""}`)))) : h("p", {class: "good"}, `✓ ${t("no-findings")}`)),
      found.sections.map((s) => [s, s.figures.filter(saysAnything)]).filter(([, figures]) => figures.length).map(([s, figures]) => card("", named("d-", s.domain), null, table([th("indicator"), th("value", "n"), th("previous", "n"), th("year", "n far"), h("th", {class: "far"}), h("th")], figures.map(checkFigure))))), h("p", {class: "soft"}, t("not-listed"))];
}

const KINDS = {backlog, breakdown, listing, checkup};

export async function model(view) {
  const {rest: [id], query, who, go} = view, address = `model/${encodeURIComponent(id)}`;
  const span = asked(query, query.org ?? ownUnit(who));
  const found = await get(`/v1/models/${encodeURIComponent(id)}`, span);
  const content = await frame(view, address, span, found.kind === "checkup" ? `${label(found)} · ${unitName(found.unit.org) || found.unit.name || span.org}` : label(found));
  const draw = KINDS[found.kind];
  replace(content, found.note ? h("p", {class: "soft"}, found.note) : null, draw ? draw(found, span, go) : empty("unknown-model"));
}

export async function ranking(view) {
  const {query, who, go} = view, span = asked(query, query.org ?? ownUnit(who));
  const content = await frame(view, "ranking", span, t("ranking"));
  const {indicators} = await get("/v1/indicators");
  const id = indicators.some((i) => i.id === query.indicator) ? query.indicator : (indicators.find((i) => i.id === "warning.red") ?? indicators.find((i) => i.headline) ?? indicators[0]).id;
  const found = await get("/v1/rankings", {...span, indicator: id}), i = found.indicator;
  const unmoved = found.units.every((u) => u.previous === found.units[0].previous); // nobody had a rank to move from
  const moved = (u) => (unmoved || !u.previous_rank || u.previous_rank === u.rank ? h("span", {class: "soft"}, "=") : u.previous_rank > u.rank ? h("span", {class: "good"}, `▲ ${u.previous_rank - u.rank}`) : h("span", {class: "bad"}, `▼ ${u.rank - u.previous_rank}`));
  const choice = h("select", {id: "indicator", onchange: (event) => go(hashOf("ranking", span, {indicator: event.target.value}))}, indicators.map((one) => h("option", {value: one.id, selected: one.id === id}, `${named("d-", one.domain ?? "")} · ${label(one)}`)));
  replace(content, h("div", {class: "bar"}, h("label", {for: "indicator"}, t("indicator"), choice)), h("div", {class: "grid"},
    card("w7", label(i), h("small", {class: "soft"}, t("units", {n: found.count})), found.units.length ? table([th("rank", "n rank"), th("unit"), th("value", "n"), th("previous", "n"), h("th", {class: "n"})], found.units.map((u) => h("tr", null, h("td", {class: "n"}, h("b", null, number(u.rank))), h("th", {scope: "row"}, unitLink(u.org, unitName(u.org) || u.name)),
      h("td", {class: "n"}, counted(u, `${label(i)} · ${unitName(u.org)}`, i)), h("td", {class: "n"}, shown(i, u.previous)), h("td", {class: "n"}, moved(u))))) : empty("nothing-figures")),
    card("w5", label(i), null, bars(label(i), found.units.map((u) => unitName(u.org) || u.name || u.org), found.units.map((u) => u.value), (n) => go(hashOf("unit", span, {org: found.units[n].org}))))));
}
