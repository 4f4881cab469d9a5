// The loop of one task: where it stands, which steps can be taken now, what was done, who was told.
import {get, post, Problem} from "./api.js";
import {h, replace} from "./dom.js";
import {empty, levelTag, roleName} from "./parts.js";
import {known, moment, named, span, t} from "./text.js";

const WAY = ["open", "verified", "ordered", "submitted", "rechecked", "closed"];
const TRIES = 40, WAIT_MS = 150; // a step is recorded in the log first, and shows in the task a moment later

const stepName = (step) => {
  const word = step.result ? `${step.action}-${step.result}` : step.action;
  return known(word) ? t(word) : step.name || word;
};

function way(state) {
  const at = WAY.indexOf(state);
  return h("ol", {class: "way", "aria-label": t("task")}, WAY.map((name, i) =>
    h("li", {class: i < at ? "done" : i === at ? "now" : null, "aria-current": i === at ? "step" : null}, t(`st-${name}`))),
  at < 0 ? h("li", {class: "now", "aria-current": "step"}, named("st-", state)) : null);
}

function steps(task) {
  if (!task.steps?.length) return null;
  return [h("h3", null, t("history")), h("ol", {class: "time"}, task.steps.map((s) => h("li", null, h("time", {datetime: s.time}, moment(s.time)),
    h("b", null, known(s.action) ? t(s.action) : s.action), ` ${s.actor ?? ""} `, s.to && s.to !== s.from ? h("span", {class: "soft"}, `${named("st-", s.from)} → ${named("st-", s.to)}`) : null,
    s.refused ? h("span", {class: "late"}, ` ${t("refused")}: ${s.refused}`) : null, s.note ? h("p", null, s.note) : null)))];
}

/** Waits until the task shows one more step, or has changed its state. */
async function changedTask(id, before) {
  let task = before;
  for (let i = 0; i < TRIES; i++) {
    task = await get(`/v1/warnings/${id}/task`);
    if ((task.steps?.length ?? 0) > (before.steps?.length ?? 0) || task.state !== before.state) return task;
    await new Promise((done) => setTimeout(done, WAIT_MS));
  }
  return task;
}

function actions(id, task, who, show, said) {
  const next = task.next ?? [];
  if (next.length === 0) return h("p", {class: "soft"}, t("no-action"));
  const note = h("textarea", {rows: "2", maxlength: "600", name: "note", "aria-label": t("note"), placeholder: t("note")});
  const actor = who.local ? h("label", null, t("acting-as"), h("input", {name: "officer", inputmode: "numeric", autocomplete: "off", size: "10", value: task.officerid ?? ""})) : null;
  const say = h("p", {role: "alert", class: "said"}, said ?? "");
  const keys = {}; // a step that is sent again because its answer was lost is recorded once
  async function take(step, button) {
    const officer = actor?.querySelector("input").value.trim();
    say.className = "said late";
    if (actor && !officer) return void (say.textContent = t("acting-needed"));
    if (step.note && !note.value.trim()) { note.focus(); return void (say.textContent = t("note-needed")); }
    say.textContent = "";
    button.disabled = true;
    try {
      await post(`/v1/warnings/${id}/actions`, {action: step.action, ...(step.result ? {result: step.result} : {}), ...(note.value.trim() ? {note: note.value.trim()} : {}), ...(officer ? {officer} : {})},
        {"idempotency-key": keys[stepName(step)] ??= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`});
      show(await changedTask(id, task), t("recorded", {a: stepName(step)}));
    } catch (problem) {
      say.textContent = `${t("refused")}: ${problem.message}`;
      button.disabled = false;
    }
  }
  return h("div", {class: "act"}, actor, note, h("div", {class: "buttons"}, next.map((step) =>
    h("button", {type: "button", class: "button", "data-action": step.result ? `${step.action}-${step.result}` : step.action, onclick: (event) => take(step, event.target)}, stepName(step), step.note ? " *" : ""))), say);
}

async function notices(id) {
  const found = await get(`/v1/warnings/${id}/notices`);
  if (found.notices.length === 0) return empty("nobody-told");
  return h("ul", {class: "rows"}, found.notices.map((n) => h("li", null, n.level ? levelTag(n.level) : null, h("div", null, n.recipient, h("small", null, n.role ? roleName(n.role) : n.kind)),
    h("span", {class: "soft"}, named("n-", n.state), " ", h("time", null, moment(n.changed))))));
}

/** The panel of a warning's task. It fills itself. */
export function taskPanel(id, who) {
  const body = h("div", {class: "body"}), told = h("div");
  function show(task, said) {
    const wait = task.escalates ? Date.parse(task.escalates) - Date.now() : 0;
    replace(body, way(task.state),
      h("p", {class: "soft"}, task.acknowledged ? t("acknowledged") : null, task.escalates ? h("span", {class: "late"}, task.acknowledged ? " · " : null, wait > 0 ? t("escalates", {t: span(wait)}) : t("escalated")) : null),
      actions(id, task, who, show, said), steps(task), h("h3", null, t("told")), told);
    body.querySelector(".said")?.classList.remove("late");
  }
  async function load() {
    try {
      show(await get(`/v1/warnings/${id}/task`));
      replace(told, await notices(id));
    } catch (problem) {
      replace(body, problem instanceof Problem && problem.status === 404 ? empty("no-task") : h("p", {class: "late"}, problem.message));
    }
  }
  const node = h("section", {class: "card", id: "task"}, h("header", null, h("h2", null, t("task"))), body);
  node.ready = load();
  return node;
}
