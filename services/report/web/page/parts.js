// Pieces that several views are made of: cards that load by themselves, cells of warnings, changes of figures.
import {drawing, h, replace, tag} from "./dom.js";
import {label, ruleName, unitName} from "./names.js";
import {end, english, isOver, known, left, moment, named, number, share, t} from "./text.js";

export const LEVELS = ["breach", "red", "orange", "yellow", "blue"];
const ORDER = Object.fromEntries([...LEVELS, "green"].map((level, i) => [level, i]));
export const rankOf = (level) => ORDER[level] ?? LEVELS.length + 1;

export const levelTag = (level) => tag(level || "none", t(level || "none"));
export const keyText = (key) => Object.values(key ?? {}).filter(Boolean).join(" · ");

/** The page of the first thing that a key names: a case, an incident, a person … */
export function keyLink(key) {
  const [name, value] = Object.entries(key ?? {}).find(([, v]) => v) ?? [];
  if (!name) return null;
  const id = encodeURIComponent(value);
  if (name === "officer_id") return `#/officer/${id}`;
  return name === "case_id" ? `#/case/${id}` : `#/case/${id}?by=${encodeURIComponent(name)}`;
}
export const subject = (key) => (keyLink(key) ? h("a", {href: keyLink(key)}, keyText(key)) : keyText(key));
export const officerLink = (id) => (id ? h("a", {href: `#/officer/${encodeURIComponent(id)}`}, id) : "–");
export const warningLink = (w) => h("a", {href: `#/warning/${encodeURIComponent(w.warning_id)}`}, ruleName(w.rule, w.rule_name ?? w.name));

/** Rows of one matter (one instance of a rule for one key) by its worst level; the blue warning of what is overdue is no second matter. */
export function matters(warnings) {
  const worst = new Map();
  for (const w of warnings) {
    const before = worst.get(w.matter);
    if (!before || rankOf(w.level) < rankOf(before.level) || (w.level === before.level && w.fires_at > before.fires_at)) worst.set(w.matter, w);
  }
  return [...worst.values()];
}

/** Beside a subject: of which unit. */
export const ofUnit = (orgcode) => (orgcode ? h("span", {class: "keep"}, ` · ${unitName(orgcode)}`) : null);

export const dueCell = (due) => h("td", {class: due && isOver(due) ? "n late" : "n"}, due ? left(due) : "–");

export const empty = (word) => h("p", {class: "empty"}, t(word));

export function problemNode(problem, again) {
  return h("div", {class: "problem", role: "alert"}, h("b", null, t("failed")), h("p", null, problem.message), problem.hint ? h("p", {class: "soft"}, problem.hint) : null,
    again ? h("button", {type: "button", class: "button", onclick: again}, t("retry")) : null);
}

/** A card with a heading; `side` stands at its right. */
export function card(width, heading, side, ...content) {
  return h("section", {class: `card ${width}`}, h("header", null, h("h2", null, heading), side ? h("div", {class: "side"}, side) : null), content);
}

/** A card whose content comes later: `load()` gives its nodes. One that fails does not take the others with it. */
export function loading(width, heading, side, load) {
  const body = h("div", {class: "body"});
  const run = async () => {
    const wait = setTimeout(() => replace(body, h("p", {class: "empty", role: "status"}, t("loading"))), 150);
    try {
      const nodes = await load();
      clearTimeout(wait);
      replace(body, nodes);
    } catch (problem) {
      clearTimeout(wait);
      replace(body, problemNode(problem, run));
    }
  };
  const node = card(width, heading, side, body);
  node.ready = run();
  node.again = run;
  return node;
}

export const table = (heads, rows, attributes) => h("div", {class: "wrap"}, h("table", attributes, h("thead", null, h("tr", null, heads)), h("tbody", null, rows)));
export const th = (word, name) => h("th", {scope: "col", class: name ?? null}, t(word));

export const shown = (definition, value) => (definition.unit === "ratio" && typeof value !== "string" ? share(value) : number(value));

/** ▲ 12.0 %, green or red by what is better; the arrow says it without colour. */
export function change(definition, now, then) {
  if (now === null || then === null || now === undefined || then === undefined || (definition.unit !== "ratio" && then === 0)) return h("span", {class: "soft"}, "–");
  const by = definition.unit === "ratio" ? `${Math.abs((now - then) * 100).toFixed(1)} pp` : `${Math.abs(((now - then) / then) * 100).toFixed(1)} %`;
  const tone = now === then || definition.better === "neither" ? "soft" : (now < then) === (definition.better === "less") ? "good" : "bad";
  return h("span", {class: tone}, now === then ? "=" : now > then ? `▲ ${by}` : `▼ ${by}`);
}

/** The list behind a number of the API: {value, list}. */
export const listHref = (list, title) => (list ? `#/entries?${new URLSearchParams({of: list, title: title ?? ""})}` : null);
export const counted = (n, title, definition) => {
  const plain = n !== null && typeof n === "object" ? n.value : n, value = definition ? shown(definition, plain) : number(plain);
  return n?.list ? h("a", {href: listHref(n.list, title)}, value) : value;
};

/** Of a listed unit the reasons for its own colour: those for a lesser one say nothing more. */
export const ownReasons = (unit) => unit.reasons.filter((r) => r.colour === unit.colour);
export const reasonsOf = (unit) => ownReasons(unit).map(label).join(" · ");

/** A line of values without axes; the numbers stand beside it as text. */
export function spark(values) {
  const found = values.map((v) => v ?? 0), most = Math.max(1, ...found), step = 100 / Math.max(1, found.length - 1);
  const points = found.map((v, i) => `${(i * step).toFixed(1)} ${(26 - (v / most) * 24).toFixed(1)}`);
  return drawing("0 0 100 28", "spark", [[`M${points.join("L")}L100 28L0 28z`, {class: "under"}], [`M${points.join("L")}`, {class: "line", fill: "none"}]]);
}

/** A link to a view, marked where it is the one that is shown. */
export const tab = (href, word, current) => h("a", {href, "aria-current": current ? "page" : null}, word);

export const roleName = (role) => named("", role);
export const colourTag = (colour) => {
  const levels = {red: "red", yellow: "yellow", blue: "blue"};
  return tag(levels[colour] ?? "none", known(`p-${colour}`) ? t(`p-${colour}`) : colour);
};
export const unitLink = (org, name) => h("a", {href: `#/unit/${encodeURIComponent(org)}`}, name || unitName(org) || t("whole"));
export {ruleName, unitName};
