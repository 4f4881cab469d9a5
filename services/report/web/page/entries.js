// The list behind a number: every entry that was counted, one by one.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {eventName} from "./names.js";
import {empty, keyText, levelTag, officerLink, ruleName, subject, th, unitName, warningLink} from "./parts.js";
import {moment, number, t} from "./text.js";

const PAGE = 500, AT_ONCE = 1000;

function row(e) {
  const item = e.item ?? {};
  const what = item.warning_id ? warningLink(item) : item.rule ? ruleName(item.rule, item.name) : item.name || eventName(item.type);
  const about = item.key ? subject(item.key) : item.subject ? h("a", {href: `#/find?id=${encodeURIComponent(item.subject)}`}, item.subject) : "–";
  return h("tr", null, h("td", {class: "n"}, e.day), h("td", null, item.level ? levelTag(item.level) : e.split ?? ""), h("td", null, what, h("small", {class: "near"}, item.key ? keyText(item.key) : item.subject)), h("td", {class: "far-phone"}, about),
    h("td", {class: "far"}, unitName(e.org)), h("td", {class: "far"}, officerLink(item.officerid)), h("td", {class: "n far"}, moment(item.time ?? item.fires_at ?? item.due)));
}

export async function entries({main, query}) {
  const path = query.of ?? "";
  if (!path.startsWith("/v1/")) return void replace(main, empty("not-found"));
  const body = h("tbody"), count = h("b", {id: "count", role: "status"}), more = h("button", {type: "button", class: "button", hidden: true}, t("more"));
  let cursor = "", n = 0;
  async function load() {
    more.hidden = true;
    const upTo = n + AT_ONCE;
    do {
      const page = await get(path, {cursor, limit: PAGE});
      body.append(...page.entries.map(row));
      n += page.entries.length;
      cursor = page.next ?? "";
      count.textContent = t("entries", {n: `${number(n)}${cursor ? "+" : ""}`});
    } while (cursor && n < upTo);
    more.hidden = !cursor;
  }
  more.addEventListener("click", load);
  const span = new URLSearchParams(path.split("?")[1] ?? "");
  replace(main, h("div", {class: "head"}, h("h1", {tabindex: "-1"}, query.title || t("list")), count),
    h("p", {class: "soft"}, [span.get("org") ? unitName(span.get("org")) : t("whole"), span.get("from") ? `${span.get("from")} – ${span.get("to")}` : null, span.get("split")].filter(Boolean).join(" · ")),
    h("section", {class: "card"}, h("div", {class: "wrap"}, h("table", {id: "list"}, h("thead", null, h("tr", null, th("date", "n"), th("level"), th("rule"), th("key", "far-phone"), th("unit", "far"), th("officer", "far"), th("time", "n far"))), body)), more));
  await load();
}
