// An officer's page: his tasks, what falls due, his cases, his warnings, what he was told.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {watch} from "./live.js";
import {ownUnit} from "./names.js";
import {dueCell, empty, keyText, levelTag, loading, matters, rankOf, roleName, ruleName, subject, table, th, unitName, warningLink} from "./parts.js";
import {band, points} from "./scores.js";
import {end, moment, named, number, span, t} from "./text.js";

const LIMIT = 100, RISKIEST = 12;
const ENDED = ["closed", "dismissed", "withdrawn", "handed-over"];
const SETTLE_MS = 3000;

/** Who may have no number of his own: then one is asked for. */
async function askNumber({main, go, who}) {
  const input = h("input", {name: "id", required: true, inputmode: "numeric", autocomplete: "off", size: "12"});
  const riskiest = loading("w12", `${t("riskiest")} · ${t("of-officer")}`, h("a", {href: "#/scores?of=officer"}, t("show")), async () => {
    const {scores} = await get("/v1/scores", {of: "officer", org: ownUnit(who), limit: RISKIEST});
    return scores.length ? h("ol", {class: "rows two"}, scores.map((s) => h("li", null, band(s), h("div", null, h("a", {href: `#/officer/${encodeURIComponent(s.subject)}`}, s.subject), h("small", null, t("matters-weigh", {n: number(s.warnings)}))), h("b", {class: "n"}, points(s))))) : empty("nothing-weighs");
  });
  replace(main, h("h1", {tabindex: "-1"}, t("my-page")), h("form", {class: "card bar", onsubmit: (event) => { event.preventDefault(); go(`#/officer/${encodeURIComponent(input.value.trim())}`); }},
    h("p", {class: "soft full"}, t(who.local ? "who-are-you" : "whose-page")), h("label", null, t("officer-number"), input), h("button", {class: "button strong"}, t("show"))),
  h("div", {class: "grid"}, riskiest));
  input.focus();
  await riskiest.ready;
}

const ownNumber = (who) => who.sub.replace(/^officer /, "");
export async function mine(view) {
  if (view.who.local || view.who.roles.includes("admin")) return askNumber(view);
  return officer({...view, rest: [ownNumber(view.who)]});
}

const tile = (word, n, tone) => h("div", {class: `tile ${tone ?? ""}`}, h("span", null, t(word)), h("b", null, number(n)));
const flatten = (entry) => ({orgcode: entry.org, ...entry.item, rule_name: entry.item.name, matter: [entry.item.rule, keyText(entry.item.key), entry.item.due ?? entry.item.fires_at].join("\n")});

function taskItem(task) {
  const wait = task.escalates ? Date.parse(task.escalates) - Date.now() : null;
  return h("li", null, levelTag(task.level), h("div", null, h("a", {href: `#/warning/${task.warning_id}`}, ruleName(task.rule, task.rule_name)), h("small", null, subject(task.key), task.due ? ` · ${t("due")} ${end(task.due)}` : "")),
    h("span", {class: "soft"}, named("st-", task.state), wait !== null ? h("small", {class: wait < 3600000 ? "late block" : "block"}, wait > 0 ? t("escalates", {t: span(wait)}) : t("escalated")) : null));
}

async function tasksOf(id) {
  const {tasks} = await get("/v1/tasks", {officer: id, limit: 500});
  const waiting = tasks.filter((task) => !ENDED.includes(task.state)).sort((a, b) => rankOf(a.level) - rankOf(b.level) || (a.due ?? "~").localeCompare(b.due ?? "~"));
  return waiting.length ? h("ul", {class: "rows scroll", tabindex: "0", "aria-label": t("tasks")}, waiting.map(taskItem)) : empty("nothing-tasks");
}

async function inboxOf(id) {
  const {notices} = await get(`/v1/officers/${encodeURIComponent(id)}/inbox`, {limit: 50});
  return notices.length ? h("ul", {class: "rows scroll short", tabindex: "0", "aria-label": t("inbox")}, notices.map((n) => h("li", null, n.level ? levelTag(n.level) : null,
    h("div", null, n.warning_id ? warningLink({...n, warning_id: n.warning_id}) : n.kind, h("small", null, keyText(n.key), n.role ? ` · ${roleName(n.role)}` : "")),
    h("span", {class: "soft"}, named("n-", n.state), h("small", {class: "block"}, moment(n.changed)))))) : empty("nothing");
}

const caseRow = (c) => h("tr", null, h("td", null, levelTag(c.level)), h("td", null, subject(c.key)), h("td", {class: "far"}, t("case-count", {n: number(c.periods), m: number(c.warnings)})), h("td", {class: "n"}, c.next_due ? end(c.next_due) : "–"), dueCell(c.next_due));
const warningRow = (w) => h("tr", null, h("td", null, levelTag(w.level)), h("td", null, warningLink(w), h("small", {class: "soft block"}, subject(w.key))), h("td", {class: "n far"}, moment(w.fires_at)), dueCell(w.due));
const periodRow = (p) => h("tr", null, h("td", null, levelTag(p.level)), h("td", null, ruleName(p.rule, p.rule_name), h("small", {class: "soft block"}, subject(p.key))), h("td", {class: "n far"}, end(p.due)), dueCell(p.due));

export async function officer({main, rest: [id], who}) {
  const path = `/v1/officers/${encodeURIComponent(id)}`, own = !who.local && ownNumber(who) === id;
  let overview = get(`${path}/overview`, {limit: LIMIT});
  const tiles = h("div", {class: "tiles"});
  const part = (word, heads, pick, row) => {
    const count = h("small", {class: "soft"});
    return loading("", t(word), count, async () => {
      const list = pick(await overview);
      count.textContent = list.length < LIMIT ? number(list.length) : `${LIMIT}+`;
      return list.length ? h("div", {class: "scroll cap", tabindex: "0", role: "region", "aria-label": t(word)}, table(heads, list.map(row))) : empty("nothing");
    });
  };
  const head = async () => {
    const found = await overview;
    replace(tiles, tile("overdue", found.periods.overdue, "l-breach"), tile("due-today", found.periods.due_today, "l-orange"), tile("due-3-days", found.periods.due_3_days, "l-yellow"), tile("running", found.periods.running), tile("open-warnings", found.warnings.open), tile("cases", found.cases.count));
    const name = main.querySelector("h1");
    if (name) name.textContent = [own ? t("my-page") : null, found.name, id, unitName(found.unit)].filter(Boolean).join(" · ");
    return found;
  };
  const cards = [
    loading("", t(own ? "my-tasks" : "tasks"), null, () => tasksOf(id)),
    part(own ? "my-periods" : "periods", [th("level"), th("rule"), th("due", "n far"), th("left", "n")], (f) => f.periods.entries.map(flatten), periodRow),
    part(own ? "my-cases" : "cases", [th("level"), th("key"), th("periods", "far"), th("next-due", "n"), th("left", "n")], (f) => f.cases.entries, caseRow),
    part(own ? "my-warnings" : "warnings", [th("level"), th("rule"), th("when", "n far"), th("left", "n")], (f) => matters(f.warnings.entries.map(flatten)), warningRow),
    loading("", t("inbox"), null, () => inboxOf(id)),
  ];
  replace(main, h("h1", {tabindex: "-1"}, own ? `${t("my-page")} · ${id}` : t("officer-page", {id})), tiles, h("div", {class: "grid"},
    h("div", {class: "w7 column"}, cards[0], cards[2], cards[4]), h("div", {class: "w5 column"}, cards[1], cards[3])));
  await Promise.all([head().catch(() => {}), ...cards.map((card) => card.ready)]);

  let later = 0;
  const stop = watch((what, warning) => {
    if (what !== "raised" || warning.officerid !== id || later) return;
    later = setTimeout(() => { later = 0; overview = get(`${path}/overview`, {limit: LIMIT}); head().catch(() => {}); cards.forEach((card) => card.again()); }, SETTLE_MS);
  });
  return () => { stop(); clearTimeout(later); };
}
