// One warning: what it is about, its handling, and how it was counted, down to the article of law.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {taskPanel} from "./loop.js";
import {eventName} from "./names.js";
import {card, keyLink, keyText, levelTag, officerLink, ruleName, subject, unitLink} from "./parts.js";
import {end, isOver, left, moment, named, t} from "./text.js";

const fact = (word, value) => (value ? [h("dt", null, t(word)), h("dd", null, value)] : null);
const article = (b) => `《${b.law}》${b.article ? ` ${b.article}` : ""}`;

const about = (event) => [h("b", null, eventName(event.type)), " ", moment(event.time), " ", h("small", {class: "soft"}, `${event.source} ${event.id}`)];

function stepRow(s) {
  const facts = [s.limit, s.by ? `+${s.by}` : null, s.to ? `→ ${s.to}` : null, s.approver, s.basis ? [].concat(s.basis).map((b) => (typeof b === "string" ? b : article(b))).join(" ") : null, s.fate && s.fate !== "taken" ? s.fate : null,
    s.reason, typeof s.days === "number" ? t("days", {n: s.days}) : null, typeof s.added_days === "number" ? `+${t("days", {n: s.added_days})}` : null, s.from ? `${moment(s.from)} – ${s.to ? moment(s.to) : t("now")}` : null];
  return h("tr", null, h("th", {scope: "row"}, named("step-", s.step)), h("td", null, facts.filter((x) => typeof x === "string").join(" · ")), h("td", {class: "n"}, end(s.due ?? s.at)));
}

/** The levels on one line of time, from begin to the last of them, and where now is. */
function levelLine(one) {
  const times = one.levels.filter((l) => l.time);
  const from = Date.parse(one.start ?? times[0]?.time), to = Math.max(...times.map((l) => Date.parse(l.time)), Date.parse(one.due ?? 0) || 0);
  if (!times.length || !(to > from)) return null;
  const place = (ms) => Math.min(100, Math.max(0, ((ms - from) / (to - from)) * 100));
  const bar = h("div", {class: "line", "aria-hidden": "true"});
  for (const l of times) {
    const mark = h("i", {class: `l-${l.level}${l.reached ? " reached" : ""}`});
    mark.style.left = `${place(Date.parse(l.time))}%`;
    bar.append(mark);
  }
  const now = h("i", {class: "now"});
  now.style.left = `${place(Date.now())}%`;
  bar.append(now);
  return bar;
}

const levelRow = (l) => h("tr", {class: l.reached ? null : "soft"}, h("td", null, levelTag(l.level)), h("td", null, l.at ? named("at-", l.at) : (l.count ? `≥ ${l.count}` : "")), h("td", {class: "n"}, end(l.time)), h("td", null, l.reached ? t("reached") : t("to-come")));

function when(one) {
  const condition = one.when ?? one.where;
  if (!condition) return null;
  return h("p", null, t("condition"), " ", h("code", null, typeof condition === "string" ? condition : condition.text),
    condition.values ? h("small", {class: "soft block"}, Object.entries(condition.values).map(([k, v]) => `${k} = ${JSON.stringify(v)}`).join("; ")) : null);
}

/** The ledger of docs/explain.md. */
function ledger(one) {
  return card("w12", t(one.kind === "deadline" ? "explain" : "explain-other"), h("small", {class: "soft"}, one.pack),
    h("dl", {class: "facts"}, fact(one.opened_by ? "opened" : "fired-by", one.opened_by ?? one.event ? about(one.opened_by ?? one.event) : one.left ? [about(one.left), h("br"), one.right ? about(one.right) : null] : null),
      fact("stopped", one.stop?.event ? about(one.stop.event) : null)),
    when(one), one.counted?.n ? h("p", null, t("counted", {n: one.counted.n})) : null,
    one.steps?.length ? h("div", {class: "wrap"}, h("table", {class: "steps"}, h("caption", {class: "visually-hidden"}, t("explain")), h("tbody", null, one.steps.map(stepRow), one.due ? h("tr", {class: "sum"}, h("th", {scope: "row"}, t("due")), h("td", null, one.provisional ? "≈" : ""), h("td", {class: "n"}, h("b", null, end(one.due)))) : null))) : null,
    one.levels?.length ? [h("h3", null, t("levels")), levelLine(one), h("div", {class: "wrap"}, h("table", null, h("tbody", null, one.levels.map(levelRow))))] : null);
}

export async function warning({main, rest: [id], who}) {
  const found = await get(`/v1/warnings/${encodeURIComponent(id)}`);
  const item = found.warning, w = {orgcode: item.orgcode, officerid: item.officerid, ...item.data};
  const why = [].concat(found.explanation ?? []);
  const task = taskPanel(encodeURIComponent(id), who);
  replace(main,
    h("div", {class: "head"}, h("h1", {tabindex: "-1"}, levelTag(w.level), " ", ruleName(w.rule, w.rule_name)),
      w.due ? h("span", {class: isOver(w.due) && w.state === "open" ? "big late" : "big"}, w.state === "open" ? left(w.due) : named("", w.state)) : null),
    h("div", {class: "grid"},
      h("div", {class: "w7 column"},
        card("", t("key"), null,
          h("dl", {class: "facts"}, fact("key", subject(w.key)), fact("state", named("", w.state)), fact("when", moment(w.fires_at)), fact("due", w.due ? end(w.due) : null),
            fact("unit", w.orgcode ? [unitLink(w.orgcode), h("small", {class: "soft"}, ` ${w.orgcode}`)] : null), fact("officer", w.officerid ? officerLink(w.officerid) : null), fact("rule", h("code", null, w.rule)))),
        card("", t("what-to-do"), null, h("p", null, w.text || "–"), h("h3", null, t("basis")), h("ul", {class: "law"}, (w.basis ?? []).map((b) => h("li", null, article(b), b.text ? h("small", {class: "soft block"}, b.text) : null)))),
        why.length ? why.map(ledger) : card("", t("explain"), null, h("p", {class: "empty"}, t("no-explanation")))),
      h("div", {class: "w5 column"}, task, keyLink(w.key)?.startsWith("#/case") ? card("", `${t("timeline")} · ${keyText(w.key)}`, h("a", {href: keyLink(w.key)}, t("show")), h("div", {id: "timeline"})) : null)));
  await Promise.all([task.ready, timelineInto(main.querySelector("#timeline"), w.key)]);
}

/** The last things that happened in the case, beside the warning: it is one click less. */
async function timelineInto(node, key) {
  if (!node) return;
  const [by, id] = Object.entries(key).find(([, v]) => v);
  const {events} = await import("./case.js");
  try {
    const found = await get(`/v1/cases/${encodeURIComponent(id)}`, {by});
    replace(node, events(found.events.slice(-12)));
  } catch (problem) {
    replace(node, h("p", {class: "soft"}, problem.message));
  }
}
