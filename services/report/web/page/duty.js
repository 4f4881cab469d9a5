// The duty desk: open matters by level, what falls due in the next hours, tasks, the newest warnings as they are decided.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {openWarnings, status, watch} from "./live.js";
import {dueCell, empty, keyText, LEVELS, levelTag, loading, matters, officerLink, ofUnit, rankOf, ruleName, subject, th, unitLink, unitName, warningLink} from "./parts.js";
import {end, moment, named, number, t} from "./text.js";
import {windowed} from "./windowed.js";

const HOURS = [6, 24, 72];
const NEWEST = 30;
const TASKS = 200;
const DUE = 200;
const SETTLE_MS = 5000; // what falls due is asked again so long after a change

export const byUrgency = (a, b) => rankOf(a.level) - rankOf(b.level) || (a.due ?? "~").localeCompare(b.due ?? "~") ||
  (b.fires_at ?? "").localeCompare(a.fires_at ?? "") || a.warning_id.localeCompare(b.warning_id);
const newestFirst = (a, b) => (b.fires_at ?? "").localeCompare(a.fires_at ?? "") || a.warning_id.localeCompare(b.warning_id);

export function levelTiles(list, chosen, choose) {
  const counts = Object.fromEntries(LEVELS.map((level) => [level, 0]));
  for (const w of list) if (w.level in counts) counts[w.level]++;
  return LEVELS.map((level) => {
    const content = [levelTag(level), h("b", null, number(counts[level])), h("small", null, t(`l-${level}`))];
    return choose ? h("button", {type: "button", class: `tile l-${level}`, "aria-pressed": String(chosen === level), "data-level": level, onclick: () => choose(level)}, content)
      : h("div", {class: `tile l-${level}`, "data-level": level}, content);
  });
}

const matches = (w, words) => {
  const text = `${w.rule} ${ruleName(w.rule, w.rule_name)} ${keyText(w.key)} ${w.orgcode} ${unitName(w.orgcode)} ${w.officerid}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

function mattersTable(nothing) {
  return windowed({
    label: t("open-matters"), id: (w) => w.matter, nothing,
    heads: () => [th("level", "c-level"), th("rule"), th("key", "far-phone c-key"), th("unit", "far c-unit"), th("officer", "far c-officer"), th("due", "n far c-due"), th("left", "n c-left")],
    cells: (w) => [
      h("td", null, levelTag(w.level)),
      h("td", {class: "what", title: ruleName(w.rule, w.rule_name)}, warningLink(w), h("span", {class: "near"}, keyText(w.key))),
      h("td", {class: "far-phone", title: keyText(w.key)}, subject(w.key)), h("td", {class: "far"}, w.orgcode ? unitLink(w.orgcode) : "–"), h("td", {class: "far"}, officerLink(w.officerid)),
      h("td", {class: "n far"}, w.due ? end(w.due) : moment(w.fires_at)), dueCell(w.due)],
  });
}

const newestRow = (w, fresh) => h("li", {class: fresh ? "fresh" : null, "data-id": w.warning_id}, levelTag(w.level),
  h("div", null, warningLink(w), h("small", null, subject(w.key), ofUnit(w.orgcode))), h("time", null, moment(w.fires_at)));

export const dueRow = (p) => h("li", null, levelTag(p.level), h("div", null, ruleName(p.rule, p.rule_name), h("small", null, subject(p.key), ofUnit(p.orgcode))),
  h("time", {class: Date.parse(p.due) - Date.now() < 3600000 ? "late" : null}, end(p.due)));

const isoSeconds = (ms) => new Date(ms).toISOString().replace(/\.\d+Z/, "Z");
export async function dueWithin(hours, limit) {
  const found = await get("/v1/deadlines", {due_from: isoSeconds(Date.now()), due_before: isoSeconds(Date.now() + hours * 3600000), limit});
  return {list: found.deadlines, more: Boolean(found.next)};
}

function dueCard() {
  let hours = HOURS[1];
  const choice = h("div", {class: "choice", role: "group", "aria-label": t("due-next")});
  const count = h("small", {class: "soft"});
  const node = loading("w12", t("due-next"), [count, choice], async () => {
    replace(choice, HOURS.map((n) => h("button", {type: "button", "aria-pressed": String(n === hours), onclick: () => { hours = n; node.again(); }}, t("next-hours", {n}))));
    const {list, more} = await dueWithin(hours, DUE);
    count.textContent = `${number(list.length)}${more ? "+" : ""}`;
    return list.length ? h("ul", {class: "rows scroll short", tabindex: "0", "aria-label": t("due-next")}, list.map(dueRow)) : empty("nothing-due");
  });
  return node;
}

const TASK_STATES = ["verified", "ordered", "submitted", "rechecked"];

const taskRow = (task) => h("li", null, levelTag(task.level), h("div", null, h("a", {href: `#/warning/${task.warning_id}`}, ruleName(task.rule, task.rule_name)),
  h("small", null, subject(task.key), ofUnit(task.orgcode))), h("span", {class: "soft"}, named("st-", task.state)));

function tasksCard() {
  return loading("w12", t("tasks-waiting"), null, async () => {
    const found = await Promise.all([
      ...TASK_STATES.map((state) => get("/v1/tasks", {state, limit: TASKS})),
      ...["breach", "red"].map((level) => get("/v1/tasks", {state: "open", level, limit: TASKS}))]);
    const moving = found.slice(0, TASK_STATES.length), serious = found.slice(TASK_STATES.length);
    const sum = (list) => number(list.reduce((n, page) => n + page.tasks.length, 0)) + (list.some((page) => page.next) ? "+" : "");
    const waiting = [...moving.flatMap((page) => page.tasks), ...serious.flatMap((page) => page.tasks)];
    return [
      h("dl", {class: "counts"}, h("div", null, h("dt", null, t("tasks-serious")), h("dd", null, sum(serious))),
        TASK_STATES.map((state, i) => h("div", null, h("dt", null, t(`st-${state}`)), h("dd", null, sum([moving[i]]))))),
      waiting.length ? h("ul", {class: "rows two scroll short", tabindex: "0", "aria-label": t("tasks-waiting")}, waiting.slice(0, 60).map(taskRow)) : empty("nothing-tasks")];
  });
}

export async function duty({main, announce}) {
  let chosen = null, words = [];
  const tiles = h("div", {class: "tiles", role: "group", "aria-label": t("open-matters")}), count = h("small", {class: "soft", role: "status"});
  const search = h("input", {type: "search", class: "search", placeholder: t("filter"), "aria-label": t("filter"), spellcheck: "false",
    oninput: (event) => { words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean); draw(); }});
  const list = mattersTable(() => (status.complete ? t(chosen || words.length ? "nothing-filtered" : "nothing-open") : t("loading")));
  const newest = h("ul", {class: "rows scroll short", tabindex: "0", "aria-label": t("newest")});
  const due = dueCard(), tasks = tasksCard();

  function draw() {
    const warnings = openWarnings(), all = matters(warnings);
    const inWords = words.length ? all.filter((w) => matches(w, words)) : all;
    const held = tiles.contains(document.activeElement) ? document.activeElement.dataset.level : null;
    replace(tiles, levelTiles(inWords, chosen, (level) => { chosen = chosen === level ? null : level; draw(); }));
    if (held) tiles.querySelector(`[data-level=${held}]`)?.focus();
    tiles.setAttribute("aria-busy", String(!status.complete));
    const shown = (chosen ? inWords.filter((w) => w.level === chosen) : inWords).sort(byUrgency);
    count.textContent = status.complete ? t("matters-of", {n: number(shown.length), m: number(warnings.length)}) : t("loading");
    list.show(shown);
    if (newest.childElementCount === 0) newest.append(...warnings.sort(newestFirst).slice(0, NEWEST).map((w) => newestRow(w, false)));
  }

  replace(main, h("div", {class: "grid"},
    h("section", {class: "w12"}, h("h1", {class: "visually-hidden"}, t("duty")), tiles),
    h("div", {class: "w8 column"}, h("section", {class: "card tall"}, h("header", null, h("h2", null, t("open-matters")), count, search), list.node), tasks),
    h("div", {class: "w4 column"}, due, h("section", {class: "card"}, h("header", null, h("h2", null, t("newest")), h("small", {class: "soft"}, t("live"))), newest))));
  draw();

  let later = 0;
  const stop = watch((what, warning) => {
    if (what === "changed") {
      draw();
      later ||= setTimeout(() => { later = 0; due.again(); tasks.again(); }, SETTLE_MS);
    }
    if (what !== "raised" || !status.complete) return;
    newest.prepend(newestRow(warning, true));
    while (newest.childElementCount > NEWEST) newest.lastChild.remove();
    announce(`${t("new-warning")}: ${t(warning.level)} ${ruleName(warning.rule, warning.rule_name)} ${keyText(warning.key)}`);
  });
  const clock = setInterval(() => { list.refresh(); due.again(); }, 60000);
  return () => { stop(); clearInterval(clock); clearTimeout(later); list.close(); };
}
