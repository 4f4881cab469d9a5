// The big screen of a case-management centre: everything at a glance from across the room, nothing to click.
import {get} from "./api.js";
import {over} from "./chart.js";
import {h, replace} from "./dom.js";
import {byUrgency, dueRow, dueWithin, levelTiles} from "./duty.js";
import {openWarnings, watch} from "./live.js";
import {label, ownUnit} from "./names.js";
import {colourTag, empty, keyText, levelTag, matters, reasonsOf, ruleName, unitName} from "./parts.js";
import {clock, day, isOver, left, moment, number, t} from "./text.js";

const ROWS = 14, DUE_ROWS = 9, NEW_ROWS = 9, PLATE_ROWS = 6;
const REFRESH_MS = 60000;
const TREND = "warning.all,warning.red,warning.breach";

const row = (level, name, small, side, late) => h("li", null, levelTag(level), h("div", null, name, h("small", null, small)), h("time", {class: late ? "late" : null}, side));
const panel = (name, ...content) => h("section", {class: `card s-${name}`}, content);
/** A row that is cut in half tells nobody anything. */
function fit(list) {
  while (list.lastElementChild && list.scrollHeight > list.clientHeight + 1) list.lastElementChild.remove();
}
const heading = (word, side) => h("header", null, h("h2", null, word), side ?? null);

export async function screen({main, who}) {
  const now = h("span", {class: "clock"}), tiles = h("div", {class: "tiles"}), serious = h("ul", {class: "rows"}), newest = h("ul", {class: "rows"}), due = h("div"), trend = h("div"), units = h("div"), count = h("small");
  replace(main, h("h1", {class: "visually-hidden"}, t("screen")), h("div", {class: "wall"},
    panel("tiles", tiles), panel("serious", heading(t("serious"), count), serious), panel("due", heading(t("due-next"), h("small", null, t("next-hours", {n: 24}))), due),
    panel("new", heading(t("newest"), now), newest), panel("trend", heading(`${t("warnings")} · ${t("days30")}`), trend), panel("units", heading(t("plates")), units)));

  function draw() {
    const all = openWarnings(), list = matters(all).sort(byUrgency);
    replace(tiles, levelTiles(list));
    const top = list.filter((w) => w.level === "breach" || w.level === "red");
    count.textContent = t("matters-of", {n: number(list.length), m: number(all.length)});
    // What runs out next, then what has just run out: there something can still be done.
    const next = [...top.filter((w) => w.due && !isOver(w.due)), ...top.filter((w) => w.due && isOver(w.due)).reverse(), ...top.filter((w) => !w.due)].slice(0, ROWS);
    replace(serious, next.map((w) => row(w.level, ruleName(w.rule, w.rule_name), `${keyText(w.key)} · ${unitName(w.orgcode)}`, w.due ? left(w.due) : moment(w.fires_at), w.due && isOver(w.due))));
    if (!next.length) replace(serious, empty("nothing-open"));
    fit(serious);
    replace(newest, all.sort((a, b) => (b.fires_at ?? "").localeCompare(a.fires_at ?? "")).slice(0, NEW_ROWS).map((w) => row(w.level, ruleName(w.rule, w.rule_name), `${keyText(w.key)} · ${unitName(w.orgcode)}`, moment(w.fires_at))));
    fit(newest);
  }

  async function slow() {
    const span = {org: ownUnit(who), from: day(-29), to: day(0)};
    const [coming, trends, plates] = await Promise.allSettled([dueWithin(24, DUE_ROWS), get("/v1/trends", {...span, by: "day", indicators: TREND}), get("/v1/models/plates", span)]);
    if (coming.value) replace(due, coming.value.list.length ? h("ul", {class: "rows"}, coming.value.list.slice(0, DUE_ROWS).map(dueRow)) : empty("nothing-due"));
    fit(due.querySelector("ul") ?? due);
    const series = trends.value?.series ?? [];
    replace(trend, series.length ? over(t("trend"), trends.value.dates.map((d) => d.slice(5)), series.map((s, i) => ({name: label(s), values: s.values, area: i === 0}))) : empty("nothing-figures"));
    const listed = plates.value?.units?.filter((u) => u.colour !== "none") ?? [];
    replace(units, listed.length ? h("ul", {class: "rows"}, listed.slice(0, PLATE_ROWS).map((u) => h("li", null, colourTag(u.colour), h("div", null, unitName(u.org) || u.name, h("small", null, reasonsOf(u)))))) : empty("nothing"));
    fit(units.querySelector("ul") ?? units);
  }

  const tick = () => { now.textContent = clock(new Date()); };
  draw();
  tick();
  await slow();
  const stop = watch((what) => { if (what === "changed") draw(); });
  const timers = [setInterval(tick, 1000), setInterval(() => { draw(); slow(); }, REFRESH_MS)];
  return () => { stop(); timers.forEach(clearInterval); };
}
