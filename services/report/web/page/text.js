// Words in Chinese and English, and how times and numbers are written.

const WORDS = {
  title: ["执法监督", "Law enforcement supervision"],
  duty: ["值班", "Duty desk"], leader: ["指标", "Figures"], bulletins: ["通报", "Bulletins"], find: ["查询", "Find"],
  live: ["实时", "live"], waiting: ["重新连接…", "reconnecting…"], asof: ["截至", "as of"], language: ["English", "中文"], screen: ["大屏", "Big screen"],
  green: ["绿", "green"], blue: ["蓝", "blue"], yellow: ["黄", "yellow"], orange: ["橙", "orange"], red: ["红", "red"], breach: ["已超期", "overdue"], none: ["运行中", "running"],
  "open-warnings": ["未办结预警", "Open warnings"], "due-next": ["即将到期", "Falling due"], "due-hours": ["未来 {n} 小时", "next {n} hours"],
  newest: ["最新预警", "Newest warnings"], level: ["等级", "Level"], rule: ["监督点", "Control point"], key: ["对象", "Subject"], due: ["到期", "Due"], left: ["剩余", "Left"],
  unit: ["单位", "Unit"], officer: ["民警", "Officer"], when: ["时间", "Time"], state: ["状态", "State"], open: ["未办结", "open"], resolved: ["已办结", "resolved"], withdrawn: ["已撤销", "withdrawn"],
  nothing: ["没有内容。", "Nothing here."], more: ["更多", "More"], all: ["全部", "All"], clear: ["清除筛选", "Clear"],
  over: ["超 {t}", "{t} over"], days: ["{n} 天", "{n} d"], hours: ["{n} 小时", "{n} h"], minutes: ["{n} 分", "{n} min"],
  case: ["案件", "Case"], timeline: ["经过", "Timeline"], periods: ["运行期限", "Running periods"], warnings: ["预警", "Warnings"], warning: ["预警", "Warning"],
  explain: ["依据与计算", "Why"], basis: ["法律依据", "Legal basis"], counted: ["期限计算", "How it was counted"], opened: ["起算", "Opened by"], levels: ["各级预警时间", "Levels"],
  from: ["自", "From"], to: ["至", "To"], "org-part": ["单位代码(前缀)", "Unit (beginning of its code)"], show: ["查看", "Show"],
  previous: ["上期", "before"], year: ["去年同期", "a year ago"], "by-day": ["按日", "By day"], "by-unit": ["按单位", "By unit"], "by-split": ["构成", "Parts"], list: ["清单", "List"], entries: ["{n} 条", "{n} entries"],
  day: ["日报", "Daily"], week: ["周报", "Weekly"], month: ["月报", "Monthly"], date: ["日期", "Date"], print: ["打开打印版", "Open to print"], download: ["下载", "Download"],
  "case-id": ["案件编号", "Case number"], "warning-id": ["预警编号", "Warning id"], failed: ["无法加载", "Could not be loaded"], retry: ["重试", "Try again"],
  "step-begin": ["起算", "begin"], "step-limit": ["期限", "limit"], "step-extension": ["延长", "extension"], "step-extend": ["延长", "extension"], "step-pause": ["扣除", "pause"], "step-lead": ["提前", "lead"],
  "step-end": ["至当日24时", "end of day"], "step-rollover": ["顺延", "rolled over"],
  "sign-in": ["请登录", "Please sign in"], token: ["访问令牌", "Access token"], enter: ["登录", "Sign in"], back: ["返回", "Back"], split: ["构成", "Part"], value: ["数量", "Number"],
};

let index = localStorage.getItem("language") === "en" ? 1 : 0;
export const english = () => index === 1;
export function setLanguage(en) {
  index = en ? 1 : 0;
  localStorage.setItem("language", en ? "en" : "zh");
  document.documentElement.lang = en ? "en" : "zh-CN";
}
export const t = (word, values) => (WORDS[word]?.[index] ?? word.replace(/^step-/, "")).replace(/\{(\w+)\}/g, (_, name) => values?.[name] ?? "");
export const number = (n) => (n === null || n === undefined ? "–" : n.toLocaleString("en-US"));
export const share = (n) => (n === null || n === undefined ? "–" : `${(n * 100).toFixed(1)} %`);

/** As the clock on the wall of the unit shows it: the offset stands in the text, nothing is converted. */
export function moment(text) {
  if (!text) return "–";
  const [date, time] = text.split("T");
  return time ? `${date.slice(5)} ${time.slice(0, 5)}` : date;
}

/** A due time at 00:00 is 24:00 of the day before. */
export function end(text) {
  if (!text || !/T00:00:00(\.0+)?[+Z-]/.test(text)) return moment(text);
  const [y, m, d] = text.slice(0, 10).split("-").map(Number);
  return `${new Date(Date.UTC(y, m - 1, d - 1)).toISOString().slice(5, 10)} 24:00`;
}

export function span(ms) {
  const minutes = Math.round(Math.abs(ms) / 60000);
  if (minutes >= 2880) return t("days", {n: Math.floor(minutes / 1440)});
  return minutes >= 120 ? t("hours", {n: Math.floor(minutes / 60)}) : t("minutes", {n: minutes});
}
