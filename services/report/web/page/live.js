// The open warnings of the units that one may see: read once, then kept by the stream. One for the whole page, so that
// every view has them at once and the sign of life is true everywhere.
import {get, Problem, whoami} from "./api.js";

const PAGE = 1000;
const DRAW_MS = 200; // a storm is drawn five times a second
const RETRY_MS = [1000, 2000, 5000, 10000];

const open = new Map(); // warning_id → warning
const gone = new Set(); // ended by the stream while the list was still being read
const watchers = new Set();
let source = null, lastId = "", retry = 0, timer = 0, run = 0, drawn = 0, drawing = 0;

/** phase: "loading", "live" or "lost"; asOf: when it was last known to be true; complete: the whole list has been read. */
export const status = {phase: "loading", asOf: null, complete: false};

function tell(what, warning) {
  for (const watcher of [...watchers]) watcher(what, warning);
}

/** Calls `told("changed")` after changes, at most a few times a second; `told("raised", warning)` for each new one; `told("status")`. */
export function watch(told) {
  watchers.add(told);
  return () => watchers.delete(told);
}

function changed() {
  if (drawing) return;
  const wait = Math.max(0, DRAW_MS - (performance.now() - drawn));
  drawing = setTimeout(() => requestAnimationFrame(() => {
    drawing = 0;
    drawn = performance.now();
    tell("changed");
  }), wait);
}

function become(phase) {
  if (phase === "live") status.asOf = new Date();
  if (status.phase === phase) return;
  status.phase = phase;
  tell("status");
}

/** One warning, flat, with what the views need. */
export function flat(item) {
  const d = item.data ?? item, events = d.kind === "match" ? d.events : (d.events ?? []).slice(0, 1);
  return {
    warning_id: d.warning_id, level: d.level, rule: d.rule, rule_name: d.rule_name, key: d.key, fires_at: d.fires_at, due: d.due, state: d.state, text: d.text,
    orgcode: item.orgcode ?? "", officerid: item.officerid ?? "",
    matter: [d.rule, ...Object.values(d.key ?? {}), ...(events ?? []).map((e) => `${e.source} ${e.id}`)].join("\n"),
  };
}

function take(type, item) {
  const warning = flat(item);
  if (type === "warning.raised") {
    gone.delete(warning.warning_id);
    const fresh = !open.has(warning.warning_id);
    open.set(warning.warning_id, warning);
    if (fresh) tell("raised", warning);
  } else {
    open.delete(warning.warning_id);
    if (!status.complete) gone.add(warning.warning_id);
  }
  changed();
}

function follow() {
  source?.close();
  source = new EventSource(lastId ? `/v1/stream?last_event_id=${encodeURIComponent(lastId)}` : "/v1/stream");
  source.onopen = () => { retry = 0; become("live"); };
  source.onerror = () => {
    become("lost");
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    clearTimeout(timer);
    timer = setTimeout(() => whoami().then(follow, (problem) => (problem.status === 401 ? tell("signed-out") : source.onerror())),
      RETRY_MS[Math.min(retry++, RETRY_MS.length - 1)]);
  };
  for (const type of ["warning.raised", "warning.resolved", "warning.withdrawn"]) {
    source.addEventListener(type, (event) => {
      lastId = event.lastEventId || lastId;
      status.asOf = new Date();
      take(type, JSON.parse(event.data));
    });
  }
}

async function readAll(mine) {
  let cursor = "";
  do {
    const page = await get("/v1/warnings", {state: "open", limit: PAGE, cursor});
    if (mine !== run) return;
    if (!cursor) { // the stream begins where the first page was true, so nothing falls between
      lastId = (page.as_of?.positions?.["seawall.warnings"] ?? []).join(",");
      if (lastId.includes("-")) lastId = "";
      follow();
    }
    for (const item of page.warnings) {
      const id = item.data.warning_id;
      if (!gone.has(id) && !open.has(id)) open.set(id, flat(item));
    }
    cursor = page.next ?? "";
    changed();
  } while (cursor);
  status.complete = true;
  gone.clear();
  tell("changed");
}

export function start() {
  stop();
  const mine = ++run;
  readAll(mine).catch((problem) => {
    if (mine !== run || (problem instanceof Problem && problem.status === 401)) return;
    become("lost");
    timer = setTimeout(start, RETRY_MS[Math.min(retry++, RETRY_MS.length - 1)]);
  });
}

export function stop() {
  run++;
  clearTimeout(timer);
  source?.close();
  source = null;
  open.clear();
  gone.clear();
  status.complete = false;
  status.phase = "loading";
}

export const openWarnings = () => [...open.values()];
