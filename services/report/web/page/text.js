// The language of the page, and how times and numbers are written in it.
import {WORDS} from "./words.js";

// A browser may refuse to keep anything: then the page speaks the browser's language.
function kept() {
  try { return localStorage.getItem("language"); } catch { return null; }
}

let index = (kept() ?? (navigator.language.startsWith("zh") ? "zh" : "en")) === "en" ? 1 : 0;
export const english = () => index === 1;
export function setLanguage(en) {
  index = en ? 1 : 0;
  try { localStorage.setItem("language", en ? "en" : "zh"); } catch { /* not kept */ }
  document.documentElement.lang = en ? "en" : "zh-CN";
}

export const known = (word) => Object.hasOwn(WORDS, word);
export const t = (word, values) => (known(word) ? WORDS[word][index] : String(word)).replace(/\{(\w+)\}/g, (_, name) => values?.[name] ?? "");
/** The word of a name from data, such as a state, if there is one; else the name itself. */
export const named = (prefix, name) => (known(prefix + name) ? t(prefix + name) : name);

export const number = (n) => (n === null || n === undefined ? "–" : n.toLocaleString("en-US", {maximumFractionDigits: 1}));
export const share = (n) => (n === null || n === undefined ? "–" : `${(n * 100).toFixed(1)} %`);

/** As the clock on the wall of the unit shows it: the offset stands in the text, nothing is converted. */
export function moment(text) {
  if (!text) return "–";
  const [date, time] = text.split("T");
  return time ? `${short(date)} ${time.slice(0, 5)}` : date;
}

/** A day of this year goes without it. */
const short = (date) => (date.startsWith(`${new Date().getFullYear()}-`) ? date.slice(5) : date);

/** A due time at 00:00 is 24:00 of the day before. */
export function end(text) {
  if (!text || !/T00:00:00(\.0+)?[+Z-]/.test(text)) return moment(text);
  const [y, m, d] = text.slice(0, 10).split("-").map(Number);
  return `${short(new Date(Date.UTC(y, m - 1, d - 1)).toISOString().slice(0, 10))} 24:00`;
}

const two = (n) => String(n).padStart(2, "0");
/** A moment of this machine, by its own clock: 09:41:07. */
export const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
/** The local day so many days from today, as 2026-03-31. */
export function day(offset) {
  const date = new Date();
  date.setDate(date.getDate() + offset);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function span(ms) {
  const minutes = Math.round(Math.abs(ms) / 60000);
  if (minutes >= 2880) return t("days", {n: Math.floor(minutes / 1440)});
  return minutes >= 120 ? t("hours", {n: Math.floor(minutes / 60)}) : t("minutes", {n: minutes});
}

/** What is left until a due time, or by how much it is over. */
export function left(due) {
  const ms = Date.parse(due) - Date.now();
  return ms < 0 ? t("over", {t: span(ms)}) : span(ms);
}
export const isOver = (due) => Date.parse(due) < Date.now();
