// The duty officer's view: what falls due next, open warnings by level, the newest ones as they are decided.
import {follow, get} from "./api.js";
import {h, replace, tag} from "./dom.js";
import {windowed} from "./windowed.js";
import {end, moment, number, span, t} from "./text.js";

export const LEVELS = ["breach", "red", "orange", "yellow", "blue"];
const ORDER = Object.fromEntries([...LEVELS, "green"].map((level, i) => [level, i]));
const HOURS = 24;
const PAGE = 1000;

export const keyText = (key) => Object.values(key ?? {}).filter(Boolean).join(" · ");
export const caseLink = (key) => (key?.case_id ? `#/case/${encodeURIComponent(key.case_id)}` : null);

function linked(text, href) {
  return href ? h("a", {href}, text) : text;
}

export function warningCells(w) {
  const left = w.due ? Date.parse(w.due) - Date.now() : null;
  return [
    h("td", null, tag(w.level, t(w.level))),
    h("td", {class: "what"}, linked(w.rule_name || w.rule, `#/warning/${w.warning_id}`)),
    h("td", null, linked(keyText(w.key), caseLink(w.key))),
    h("td", {class: "n far"}, moment(w.fires_at)),
    h("td", {class: "n far"}, w.due ? end(w.due) : "–"),
    h("td", {class: left !== null && left < 0 ? "n late" : "n"}, left === null ? "–" : left < 0 ? t("over", {t: span(left)}) : span(left)),
    h("td", {class: "far"}, w.orgcode || "–"),
  ];
}

export const warningHeads = () => ["level", "rule", "key", "when", "due", "left", "unit"].map((word, i) =>
  h("th", {scope: "col", class: ["", "", "", "n far", "n far", "n", "far"][i]}, t(word)));

/** All open warnings, page by page; a county has a few thousand. */
async function openWarnings() {
  const all = new Map();
  let cursor = "", asOf = null;
  do {
    const page = await get("/v1/warnings", {state: "open", limit: PAGE, cursor});
    for (const item of page.warnings) {
      const w = {orgcode: item.orgcode, officerid: item.officerid, ...(item.data ?? item)};
      all.set(w.warning_id, w);
    }
    cursor = page.next ?? "";
    asOf = page.as_of;
  } while (cursor);
  return {all, asOf};
}

const sorted = (warnings) => [...warnings].sort((a, b) =>
  (ORDER[a.level] ?? 9) - (ORDER[b.level] ?? 9) || (b.fires_at ?? "").localeCompare(a.fires_at ?? "") || a.warning_id.localeCompare(b.warning_id));

export async function duty({main, connected, announce}) {
  const {all} = await openWarnings();
  const before = new Date(Date.now() + HOURS * 3600000).toISOString().replace(/\.\d+Z/, "Z");
  const due = await get("/v1/deadlines", {due_before: before, limit: 200});
  let chosen = null;
  const tiles = h("div", {class: "levels", role: "group", "aria-label": t("open-warnings")});
  const table = windowed(warningHeads, warningCells);
  const newest = h("tbody");
  const count = h("small");
  const newestRow = (w, fresh) => h("tr", {class: fresh ? "fresh" : null, "data-id": w.warning_id}, h("td", null, tag(w.level, t(w.level))),
    h("td", null, h("a", {href: `#/warning/${w.warning_id}`}, w.rule_name || w.rule), h("div", {class: "soft"}, keyText(w.key))), h("td", {class: "n"}, moment(w.fires_at)));

  function draw() {
    const list = [...all.values()];
    replace(tiles, LEVELS.map((level) => h("button", {
      type: "button", class: `level-tile l-${level}`, "aria-pressed": String(chosen === level), "data-level": level,
      onclick: () => { chosen = chosen === level ? null : level; draw(); },
    }, tag(level, t(level)), h("b", null, number(list.filter((w) => w.level === level).length)))));
    const shown = sorted(chosen ? list.filter((w) => w.level === chosen) : list);
    count.textContent = t("entries", {n: number(shown.length)});
    table.show(shown);
  }

  replace(main,
    h("div", {class: "grid"},
      h("section", {class: "w12"}, h("h1", {class: "visually-hidden"}, t("duty")), tiles),
      h("section", {class: "card w8"}, h("header", null, h("h2", null, t("open-warnings")), count), table.node),
      h("div", {class: "w4 grid"},
        h("section", {class: "card w12"}, h("header", null, h("h2", null, t("due-next")), h("small", null, t("due-hours", {n: HOURS}))), dueList(due.deadlines ?? due.periods ?? [])),
        h("section", {class: "card w12"}, h("header", null, h("h2", null, t("newest"))), h("div", {class: "scroll short"}, h("table", null, newest))))));
  draw();
  const known = [...all.values()].sort((a, b) => (b.fires_at ?? "").localeCompare(a.fires_at ?? "")).slice(0, 30);
  newest.append(...known.map((w) => newestRow(w, false)));

  let waiting = false;
  const stop = follow((w) => {
    if (w.type === "warning.raised") {
      all.set(w.warning_id, w);
      newest.prepend(newestRow(w, true));
      while (newest.children.length > 60) newest.lastChild.remove();
      announce(`${t(w.level)} ${w.rule} ${keyText(w.key)}`);
    } else {
      all.delete(w.warning_id);
    }
    if (!waiting) {
      waiting = true; // a storm is drawn once a frame
      requestAnimationFrame(() => { waiting = false; draw(); });
    }
  }, connected);
  const clock = setInterval(draw, 60000);
  return () => { stop(); clearInterval(clock); };
}

function dueList(periods) {
  if (periods.length === 0) return h("p", {class: "empty"}, t("nothing"));
  return h("div", {class: "scroll short"}, h("table", null, h("tbody", null, periods.map((p) => h("tr", null,
    h("td", null, p.rule_name || p.rule, h("div", {class: "soft"}, linked(keyText(p.key), caseLink(p.key)))),
    h("td", {class: "n"}, end(p.due)),
    h("td", {class: Date.parse(p.due) < Date.now() ? "n late" : "n"}, Date.parse(p.due) < Date.now() ? t("over", {t: span(Date.parse(p.due) - Date.now())}) : span(Date.parse(p.due) - Date.now())))))));
}
