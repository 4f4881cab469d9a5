// One case with all that happened in it, and one warning explained down to the article of law.
import {get} from "./api.js";
import {h, replace, tag} from "./dom.js";
import {caseLink, keyText, warningCells, warningHeads} from "./duty.js";
import {end, english, moment, span, t} from "./text.js";

export async function find({main, go}) {
  const form = (word, name, target) => h("form", {class: "card w6", onsubmit: (event) => {
    event.preventDefault();
    const id = new FormData(event.target).get(name).trim();
    if (id) go(`#/${target}/${encodeURIComponent(id)}`);
  }}, h("div", {class: "bar"}, h("label", null, t(word), h("input", {name, required: true, autocomplete: "off", size: "30"})), h("button", {class: "button"}, t("show"))));
  replace(main, h("h1", null, t("find")), h("div", {class: "grid"}, form("case-id", "case", "case"), form("warning-id", "warning", "warning")));
}

const fact = (word, value) => (value ? [h("dt", null, t(word)), h("dd", null, value)] : null);

export async function oneCase({main, rest: [id]}) {
  const found = await get(`/v1/cases/${encodeURIComponent(id)}`);
  const periods = found.periods ?? [], warnings = (found.warnings ?? []).map((w) => ({orgcode: w.orgcode, ...(w.data ?? w)}));
  const events = found.events ?? found.timeline ?? [];
  replace(main, h("h1", null, `${t("case")} ${id}`),
    h("div", {class: "grid"},
      h("section", {class: "card w5"}, h("header", null, h("h2", null, t("timeline"))), h("ol", {class: "time"}, events.map((e) =>
        h("li", null, h("time", {datetime: e.time}, moment(e.time)), h("b", null, english() ? e.title_en || e.title || e.type : e.title || e.type), e.title ? h("span", {class: "soft"}, ` ${e.type}`) : null)))),
      h("div", {class: "w7 grid"},
        h("section", {class: "card w12"}, h("header", null, h("h2", null, t("periods"))), periods.length === 0 ? h("p", {class: "empty"}, t("nothing")) :
          h("div", {class: "wrap"}, h("table", null, h("tbody", null, periods.map((p) => h("tr", null, h("td", null, tag(p.level || "none", t(p.level || "none"))),
            h("td", null, p.rule_name || p.rule), h("td", {class: "n"}, end(p.due)), h("td", {class: Date.parse(p.due) < Date.now() ? "n late" : "n"}, span(Date.parse(p.due) - Date.now())))))))),
        h("section", {class: "card w12"}, h("header", null, h("h2", null, t("warnings"))), h("div", {class: "wrap"}, h("table", null, h("thead", null, h("tr", null, warningHeads())),
          h("tbody", null, warnings.map((w) => h("tr", null, warningCells(w))))))))));
}

export async function oneWarning({main, rest: [id]}) {
  const found = await get(`/v1/warnings/${encodeURIComponent(id)}`);
  const item = found.warning ?? found;
  const w = {orgcode: item.orgcode, officerid: item.officerid, subject: item.subject, ...(item.data ?? item)};
  const why = found.explanation ?? item.explanation ?? [];
  replace(main, h("h1", null, tag(w.level, t(w.level)), " ", w.rule_name || w.rule),
    h("div", {class: "grid"},
      h("section", {class: "card w5"}, h("dl", {class: "facts"}, fact("rule", w.rule), fact("key", caseLink(w.key) ? h("a", {href: caseLink(w.key)}, keyText(w.key)) : keyText(w.key)),
        fact("state", t(w.state)), fact("when", moment(w.fires_at)), fact("due", w.due ? end(w.due) : ""), fact("unit", w.orgcode), fact("officer", w.officerid)), h("p", null, w.text ?? "")),
      h("section", {class: "card w7"}, h("header", null, h("h2", null, t("basis"))), h("ul", null, (w.basis ?? []).map((b) => h("li", null, `《${b.law}》${b.article}`, b.text ? h("div", {class: "soft"}, b.text) : null)))),
      ledgers(Array.isArray(why) ? why : [why]).map((one) => h("section", {class: "card w12"}, one))));
}

/** The ledger of docs/explain.md: the steps of counting with the event behind each, and every level's time. */
function ledgers(list) {
  return list.filter(Boolean).map((one) => [
    h("header", null, h("h2", null, t("explain"))),
    one.opened_by ? h("p", null, `${t("opened")} `, h("b", null, one.opened_by.type), ` ${moment(one.opened_by.time)} `, h("span", {class: "soft"}, `${one.opened_by.source} ${one.opened_by.id}`)) : null,
    one.steps ? h("div", {class: "wrap"}, h("table", null, h("caption", {class: "visually-hidden"}, t("counted")), h("tbody", null, one.steps.map((s) =>
      h("tr", null, h("td", null, t(`step-${s.step}`)), h("td", {class: "n"}, end(s.due ?? s.at)), h("td", null, [s.limit, s.by, s.to, s.approver, s.late ? "late" : null, s.reason, s.day].filter((x) => typeof x === "string").join(" · "))))))) : null,
    one.levels ? h("ol", {class: "time"}, one.levels.map((l) => h("li", {class: `l-${l.level}`}, h("time", null, moment(l.time ?? l.at_time)), tag(l.level, t(l.level)), h("span", {class: "soft"}, ` ${l.at ?? ""}`)))) : null,
  ]);
}
