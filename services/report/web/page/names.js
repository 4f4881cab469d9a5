// Names of units and rules, so that nobody has to read codes.
import {get} from "./api.js";
import {day, english} from "./text.js";

const units = new Map(), rules = new Map(), events = new Map();
export const unitList = [];

async function readUnits() {
  const found = await get("/v1/units");
  for (const unit of found.units) {
    if (unit.code && unit.code.replace(/(00)+$/, "") !== unit.org) continue; // the unit itself, once more among its children
    unitList.push(unit);
    if (unit.code) units.set(unit.code, unit);
    units.set(unit.org, unit);
  }
}

async function readWords() {
  const found = await get("/v1/names");
  for (const rule of found.rules) rules.set(rule.id, rule);
  for (const event of found.events) events.set(event.type, event);
}

/** The tree has what is below one's unit; the unit itself is asked for by itself. */
async function readOwn(who) {
  const org = who.org.replace(/(00)+$/, ""), today = day(0);
  if (!org) return;
  const {unit} = await get(`/v1/units/${encodeURIComponent(org)}`, {from: today, to: today});
  units.set(org, {...unit, parent: undefined});
}

/** Without names the page still works, with codes. */
export function readNames(who) {
  units.clear();
  unitList.length = 0;
  return Promise.allSettled([readUnits(), readWords(), readOwn(who)]);
}

/** The unit of a code, of 12 digits or of its beginning. */
export const unitOf = (code) => units.get(code) ?? units.get(String(code).replace(/(00)+$/, ""));
export function unitName(code) {
  const unit = code ? unitOf(code) : null;
  return unit?.short_name || unit?.name || code || "";
}
export function ruleName(id, name) {
  const rule = rules.get(id);
  return (english() && rule?.name_en) || name || rule?.name || id;
}
export const eventName = (type) => (events.has(type) ? label(events.get(type)) : type);
/** The unit that somebody's page is about: his own, else the highest one that has several below it. */
export function ownUnit(who) {
  if (who.org) return who.org.replace(/(00)+$/, "");
  let level = unitList.filter((unit) => !unitOf(unit.parent) || unitOf(unit.parent) === unit), org = "";
  while (level.length === 1) {
    org = level[0].org;
    level = unitList.filter((unit) => unit.org !== org && unitOf(unit.parent)?.org === org);
  }
  return org;
}
/** Of something from the API that has `name` and maybe `name_en`. */
export const label = (thing) => (english() && thing.name_en ? thing.name_en : thing.name ?? thing.label ?? thing.id ?? "");
