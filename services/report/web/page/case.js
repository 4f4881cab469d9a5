// One case (or incident, person, place …): all that happened in it, the periods that run, its warnings.
import {pages, get} from "./api.js";
import {h, replace} from "./dom.js";
import {flat} from "./live.js";
import {eventName} from "./names.js";
import {card, dueCell, empty, levelTag, matters, officerLink, ruleName, table, th, unitName, warningLink} from "./parts.js";
import {end, moment, named, number, t} from "./text.js";

const EVENTS_MAX = 5000;

export const events = (list) => h("ol", {class: "time"}, list.map((e) => h("li", null, h("time", {datetime: e.time}, moment(e.time)),
  h("b", null, eventName(e.type)), h("small", {class: "soft"}, ` ${[unitName(e.orgcode), e.officerid].filter(Boolean).join(" · ")}`))));

function periodRow(p) {
  const from = Date.parse(p.start), to = Date.parse(p.due), done = Math.min(100, Math.max(0, ((Date.now() - from) / (to - from)) * 100));
  const bar = h("progress", {max: "100", value: String(Math.round(done)), class: `l-${p.level || "none"}`, "aria-label": `${Math.round(done)} %`});
  return h("tr", null, h("td", null, levelTag(p.level)), h("td", null, ruleName(p.rule, p.rule_name), bar), h("td", {class: "n"}, end(p.due)), dueCell(p.due));
}

export async function casePage({main, rest: [id], query}) {
  const by = query.by || "case_id", path = `/v1/cases/${encodeURIComponent(id)}`;
  const first = await get(path, {by});
  const more = first.next ? await pages(path, {by, limit: 1000}, "events", EVENTS_MAX) : null;
  const all = more ? more.all : first.events;
  const warnings = (first.warnings ?? []).map(flat), periods = (first.periods ?? []).sort((a, b) => a.due.localeCompare(b.due));
  const open = matters(warnings.filter((w) => w.state === "open")), past = matters(warnings.filter((w) => w.state !== "open"));
  const rows = (list) => list.map((w) => h("tr", null, h("td", null, levelTag(w.level)), h("td", null, warningLink(w), h("small", {class: "soft block"}, named("", w.state))), h("td", {class: "n"}, moment(w.fires_at)), h("td", {class: "n far"}, w.due ? end(w.due) : "–"), h("td", {class: "far"}, officerLink(w.officerid))));
  replace(main, h("div", {class: "head"}, h("h1", {tabindex: "-1"}, `${named("by-", by)} ${id}`), h("button", {type: "button", class: "button", onclick: () => print()}, t("print"))),
    h("div", {class: "grid"},
      h("div", {class: "w7 column"},
        card("", t("periods"), h("small", {class: "soft"}, number(periods.length)), periods.length ? table([th("level"), th("rule"), th("due", "n"), th("left", "n")], periods.map(periodRow)) : empty("all-periods-met")),
        card("", t("warnings"), h("small", {class: "soft"}, t("matters-of", {n: number(open.length + past.length), m: number(warnings.length)})), warnings.length ?
          table([th("level"), th("rule"), th("when", "n"), th("due", "n far"), th("officer", "far")], rows([...open, ...past])) : empty("nothing"))),
      h("section", {class: "card w5"}, h("header", null, h("h2", null, t("timeline")), h("small", {class: "soft"}, t("entries", {n: number(all.length)}))), events(all))));
}
