// The leader's view: figures with their change, trends, units; each figure opens its list. And the bulletins.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {bars, line} from "./chart.js";
import {english, moment, number, share, t} from "./text.js";

const iso = (date) => date.toISOString().slice(0, 10);
const daysAgo = (n) => iso(new Date(Date.now() + 8 * 3600000 - n * 86400000));
const label = (i) => (english() && i.name_en ? i.name_en : i.name);
const shown = (i, value) => (i.unit === "ratio" ? share(value) : number(value));

function change(i, now, then) {
  if (now === null || then === null || now === undefined || then === undefined || (i.unit !== "ratio" && then === 0)) return h("span", {class: "soft"}, "–");
  const by = i.unit === "ratio" ? `${((now - then) * 100).toFixed(1)} pp` : `${(((now - then) / then) * 100).toFixed(1)} %`;
  const better = now === then ? "soft" : (now < then) === (i.better === "less") ? "good" : "bad";
  return h("span", {class: better}, now === then ? "=" : now > then ? `▲ ${by}` : `▼ ${by.replace("-", "")}`);
}

function asked(query) {
  return {org: query.org ?? "", from: query.from ?? daysAgo(30), to: query.to ?? daysAgo(0)};
}

function spanForm(span, go, extra) {
  return h("form", {class: "bar", onsubmit: (event) => {
    event.preventDefault();
    go(`#/figures?${new URLSearchParams(new FormData(event.target))}`);
  }}, h("label", null, t("org-part"), h("input", {name: "org", value: span.org, inputmode: "numeric", pattern: "[0-9]{0,12}", size: "14"})),
  h("label", null, t("from"), h("input", {name: "from", type: "date", value: span.from, required: true})),
  h("label", null, t("to"), h("input", {name: "to", type: "date", value: span.to, required: true})), extra, h("button", {class: "button"}, t("show")));
}

const link = (i, span, more) => `#/list/${encodeURIComponent(i.id)}?${new URLSearchParams({...span, ...more})}`;

export async function figures({main, query, go}) {
  const span = asked(query);
  const found = await get("/v1/figures", span);
  const domains = [...new Set(found.figures.map((i) => i.domain ?? ""))];
  const chosen = found.figures.find((i) => i.id === query.id) ?? found.figures.find((i) => i.id === "warning.all") ?? found.figures.find((i) => i.unit === "count");
  const trend = h("div", {class: "chart", role: "img"}), units = h("div", {class: "chart", role: "img"});
  replace(main, h("h1", null, t("leader")), spanForm(span, go),
    h("div", {class: "grid"},
      chosen ? h("section", {class: "card w7"}, h("header", null, h("h2", null, `${label(chosen)} · ${t("by-day")}`), h("a", {href: link(chosen, span)}, t("list"))), trend) : null,
      chosen ? h("section", {class: "card w5"}, h("header", null, h("h2", null, `${label(chosen)} · ${t("by-unit")}`)), units) : null,
      domains.map((domain) => h("section", {class: "card w6"}, h("header", null, h("h2", null, domain || "–")),
        h("div", {class: "wrap"}, h("table", null, h("thead", null, h("tr", null, h("th", {scope: "col"}, ""), h("th", {scope: "col", class: "n"}, ""), h("th", {scope: "col", class: "n"}, t("previous")), h("th", {scope: "col", class: "n"}, t("year")))),
          h("tbody", null, found.figures.filter((i) => (i.domain ?? "") === domain).map((i) => h("tr", {"data-figure": i.id},
            h("td", null, i.unit === "ratio" ? label(i) : h("a", {href: `#/figures?${new URLSearchParams({...span, id: i.id})}`}, label(i))),
            h("td", {class: "n"}, i.unit === "ratio" ? h("b", null, shown(i, i.value)) : h("a", {href: link(i, span)}, h("b", null, shown(i, i.value)))),
            h("td", {class: "n"}, change(i, i.value, i.previous)), h("td", {class: "n"}, change(i, i.value, i.year_before)))))))))));
  if (!chosen) return null;
  const [byDay, byUnit] = await Promise.all(["day", "unit"].map((by) => get(`/v1/figures/${encodeURIComponent(chosen.id)}`, {...span, by})));
  const charts = [
    line(trend, label(chosen), byDay.parts.map((p) => [p.day, p.value])),
    bars(units, label(chosen), byUnit.parts.sort((a, b) => b.value - a.value).slice(0, 15).map((p) => [p.unit, p.value]), (unit) => go(`#/figures?${new URLSearchParams({...span, org: unit, id: chosen.id})}`)),
  ];
  return () => charts.forEach((chart) => chart.dispose());
}

export async function list({main, rest: [id], query}) {
  const span = asked(query);
  const figure = await get(`/v1/figures/${encodeURIComponent(id)}`, span);
  const body = h("tbody");
  const more = h("button", {type: "button", class: "button", onclick: () => load()}, t("more"));
  let cursor = "";
  async function load() {
    const page = await get(`/v1/figures/${encodeURIComponent(id)}/list`, {...span, split: query.split, cursor, limit: 200});
    body.append(...page.entries.map((e) => {
      const item = e.item, key = item.key ?? {}, caseId = key.case_id;
      return h("tr", null, h("td", {class: "n"}, e.day), h("td", null, e.org), h("td", null, e.split ?? ""),
        h("td", null, item.warning_id ? h("a", {href: `#/warning/${item.warning_id}`}, item.name || item.rule) : item.name || item.rule || item.type),
        h("td", null, caseId ? h("a", {href: `#/case/${encodeURIComponent(caseId)}`}, Object.values(key).filter(Boolean).join(" · ")) : item.subject ?? Object.values(key).join(" · ")),
        h("td", {class: "n"}, moment(item.time ?? item.fires_at ?? item.due)));
    }));
    cursor = page.next ?? "";
    more.hidden = !cursor;
  }
  replace(main, h("h1", null, `${label(figure)} · ${t("entries", {n: number(figure.value)})}`), h("p", {class: "soft"}, `${figure.org || t("all")} · ${span.from} – ${span.to}`),
    h("section", {class: "card"}, h("div", {class: "wrap"}, h("table", {id: "list"}, h("thead", null, h("tr", null, ["date", "unit", "split", "rule", "key", "when"].map((word) => h("th", {scope: "col"}, t(word))))), body)), more));
  await load();
}

export async function bulletins({main}) {
  const kinds = [["daily", "day", 1], ["weekly", "week", 7], ["monthly", "month", 28]];
  replace(main, h("h1", null, t("bulletins")), h("div", {class: "grid"}, kinds.map(([kind, word, back]) => {
    const date = h("input", {type: "date", value: daysAgo(back), "aria-label": t("date")});
    const org = h("input", {size: "14", inputmode: "numeric", "aria-label": t("org-part"), placeholder: t("org-part")});
    const address = (format) => `/v1/bulletins/${kind}?${new URLSearchParams({date: date.value, format, lang: english() ? "en" : "zh", ...(org.value ? {org: org.value} : {})})}`;
    const open = (format) => h("button", {type: "button", class: "button", onclick: () => window.open(address(format), "_blank", "noopener")}, format === "html" ? t("print") : `${t("download")} ${format.toUpperCase()}`);
    return h("section", {class: "card w4"}, h("header", null, h("h2", null, t(word))), h("div", {class: "bar"}, h("label", null, t("date"), date), h("label", null, t("org-part"), org)), h("div", {class: "bar"}, ["html", "xlsx", "csv"].map(open)));
  })));
}
