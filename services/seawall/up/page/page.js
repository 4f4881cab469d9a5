"use strict";
// What events say is shown as text only: nothing of it ever becomes markup.
const LEVELS = ["breach", "red", "orange", "yellow", "blue", "green"];
const SHAPES = { green: "○", blue: "◇", yellow: "△", orange: "▲", red: "■", breach: "✖" };
const TEXTS = {
  zh: { title: "执法时限预警", token: "访问令牌", enter: "登录", level: "等级", search: "筛选（案件、规则、单位）", pause: "暂停", resume: "继续",
    decided: "发出时间", what: "事项", about: "对象", due: "到期", unit: "单位 / 责任人", caption: "最新预警，实时更新", empty: "暂无预警。新的预警会自动出现。",
    all: "全部", live: "实时连接", connecting: "正在连接…", lost: "连接中断，正在重连…", paused: "已暂停", denied: "令牌无效：", gone: "已撤销", resolved: "已办结",
    green: "绿", blue: "蓝", yellow: "黄", orange: "橙", red: "红", breach: "已超期" },
  en: { title: "legal time limits of police work", token: "Access token", enter: "Sign in", level: "Level", search: "Filter (case, rule, unit)", pause: "Pause", resume: "Resume",
    decided: "Decided", what: "What", about: "About", due: "Due", unit: "Unit / officer", caption: "Newest warnings, live", empty: "No warnings yet. New ones appear by themselves.",
    all: "all", live: "live", connecting: "connecting…", lost: "connection lost, trying again…", paused: "paused", denied: "Not accepted: ", gone: "withdrawn", resolved: "resolved",
    green: "green", blue: "blue", yellow: "yellow", orange: "orange", red: "red", breach: "overdue" },
};
const KEPT = 500;
const warnings = new Map(); // warning_id -> newest telling, oldest first
let language = navigator.language && navigator.language.startsWith("zh") ? "zh" : "en";
let paused = false, state = "connecting", source = null, drawing = false;
const $ = (id) => document.getElementById(id);
const t = (key) => TEXTS[language][key] || key;

function element(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
}

function time(text) { // as the pack's zone writes it, without seconds where there are none
  const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?/.exec(text || "");
  if (!m) return "";
  return m[1] + " " + m[2] + (m[3] && m[3] !== ":00" ? m[3] : "");
}

function badge(level) {
  return element("span", SHAPES[level] + " " + t(level), "badge " + level);
}

function row(event) {
  const d = event.data, tr = element("tr");
  const ended = event.type === "warning.withdrawn" ? t("gone") : event.type === "warning.resolved" ? t("resolved") : "";
  if (event.type === "warning.withdrawn") tr.className = "gone";
  const level = element("td"), what = element("td"), about = element("td"), unit = element("td", event.orgcode || "");
  level.append(badge(d.level));
  if (ended) level.append(element("small", ended));
  what.append(document.createTextNode(d.text || d.rule), element("small", [d.rule_name, d.rule, d.pack].filter(Boolean).join("  ")));
  const keys = Object.entries(d.key || {});
  keys.forEach(([name, value]) => about.append(element("small", name + "=" + value)));
  if (event.officerid) unit.append(element("small", event.officerid));
  tr.append(level, element("td", time(event.time), "time"), what, about, element("td", time(d.due), "time"), unit);
  return tr;
}

function shown(event) {
  const level = $("level").value, search = $("search").value.trim().toLowerCase();
  if (level && event.data.level !== level) return false;
  return !search || JSON.stringify([event.data.text, event.data.rule, event.data.key, event.orgcode, event.officerid]).toLowerCase().includes(search);
}

function draw() {
  drawing = false;
  const all = [...warnings.values()].reverse(), counts = {};
  all.forEach((e) => { if (e.type === "warning.raised") counts[e.data.level] = (counts[e.data.level] || 0) + 1; });
  $("counts").replaceChildren(...LEVELS.map((level) => {
    const li = element("li");
    li.append(badge(level), element("b", String(counts[level] || 0)));
    return li;
  }));
  const rows = all.filter(shown).slice(0, 100).map(row);
  $("rows").replaceChildren(...rows);
  $("empty").hidden = rows.length > 0;
}

function redraw() {
  if (drawing || paused) return;
  drawing = true;
  requestAnimationFrame(draw);
}

function say(next) {
  state = next;
  $("state").textContent = t(paused ? "paused" : state);
  $("dot").textContent = paused ? "◌" : state === "live" ? "●" : "○";
}

function take(message) {
  const event = JSON.parse(message.data);
  warnings.delete(event.data.warning_id);
  warnings.set(event.data.warning_id, event);
  while (warnings.size > KEPT) warnings.delete(warnings.keys().next().value);
  redraw();
}

function connect() {
  $("sign-in").hidden = true;
  $("board").hidden = false;
  if (source) source.close();
  source = new EventSource("/v1/stream?backlog=100");
  source.onopen = () => say("live");
  source.onerror = () => {
    say("lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(start, 3000);
  };
  ["warning.raised", "warning.withdrawn", "warning.resolved"].forEach((type) => source.addEventListener(type, take));
}

async function start() {
  try {
    const answer = await fetch("/v1/session");
    if (answer.ok) return connect();
    $("board").hidden = true;
    $("sign-in").hidden = false;
  } catch (_) {
    say("lost");
    setTimeout(start, 3000);
  }
}

async function signIn(submit) {
  submit.preventDefault();
  const answer = await fetch("/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token: $("token").value.trim() }) });
  $("token").value = "";
  $("sign-in-error").textContent = answer.ok ? "" : t("denied") + ((await answer.json()).detail || answer.status);
  if (answer.ok) connect();
}

function translate() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-text]").forEach((node) => { node.textContent = t(node.dataset.text); });
  $("language").textContent = language === "zh" ? "English" : "中文";
  $("pause").textContent = t(paused ? "resume" : "pause");
  const level = $("level").value;
  $("level").replaceChildren(...["", ...LEVELS].map((name) => {
    const option = element("option", name ? SHAPES[name] + " " + t(name) : t("all"));
    option.value = name;
    return option;
  }));
  $("level").value = level;
  say(state);
  draw();
}

$("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; translate(); });
$("pause").addEventListener("click", () => { paused = !paused; translate(); });
$("level").addEventListener("change", draw);
$("search").addEventListener("input", draw);
$("sign-in").addEventListener("submit", signIn);
translate();
start();
