// Where the risk lies: cases, officers and units by what their warnings weigh, and the warnings behind one score.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {ownUnit} from "./names.js";
import {card, empty, levelTag, loading, officerLink, table, th, unitLink, unitName, warningLink} from "./parts.js";
import {asked, frame, hashOf} from "./frame.js";
import {moment, named, number, t} from "./text.js";

export const KINDS = ["unit", "officer", "case"];
const FIELDS = {unit: "orgcode", officer: "officerid", case: "case_id"};
const SHOWN = 100;

export const points = (s) => number(s.score_hundredths / 100);
const nameOf = (s) => (s.of === "unit" ? unitName(s.subject) : s.subject);
const scoreHref = (s, span) => `#/score/${encodeURIComponent(`${FIELDS[s.of]}=${s.subject}`)}?${new URLSearchParams({org: span.org})}`;

/** Below the lowest band there is no colour. */
export const band = (s) => (s.band ? levelTag(s.band) : h("span", {class: "soft"}, "–"));

const rowOf = (span) => (s) => h("li", null, band(s), h("div", null, h("a", {href: scoreHref(s, span)}, nameOf(s)), h("small", null, t("matters-weigh", {n: number(s.warnings)}))), h("b", {class: "n"}, points(s)));

/** The highest few of each kind, for the page of a unit. */
export const riskCard = (of, span, shown) => loading("w4", `${t("riskiest")} · ${t(`of-${of}`)}`, h("a", {href: hashOf("scores", span, {of})}, t("show")), async () => {
  const {scores} = await get("/v1/scores", {of, org: span.org, limit: shown});
  return scores.length ? h("ol", {class: "rows"}, scores.map(rowOf(span))) : empty("nothing-weighs");
});

export async function scores(view) {
  const {query, who} = view, span = asked(query, query.org ?? ownUnit(who)), of = KINDS.includes(query.of) ? query.of : KINDS[0];
  const content = await frame(view, "scores", span, t("risk"));
  const found = await get("/v1/scores", {of, org: span.org, limit: SHOWN});
  const most = found.scores[0]?.score_hundredths || 1;
  const row = (s, i) => {
    const bar = h("i", {"aria-hidden": "true"});
    bar.style.width = `${(s.score_hundredths / most) * 100}%`;
    return h("tr", null, h("td", {class: "n"}, number(i + 1)), h("td", null, band(s)), h("th", {scope: "row"}, h("a", {href: scoreHref(s, span)}, nameOf(s))), h("td", {class: "n"}, h("b", null, points(s))), h("td", {class: "n far"}, number(s.warnings)), h("td", {class: "far third"}, h("div", {class: "bar-of"}, bar)));
  };
  replace(content, h("nav", {class: "choice gap", "aria-label": t("risk")}, KINDS.map((one) => h("a", {href: hashOf("scores", span, {of: one}), "aria-current": one === of ? "true" : null}, t(`of-${one}`)))),
    card("", `${t("riskiest")} · ${t(`of-${of}`)}`, h("small", {class: "soft"}, t("subjects", {n: number(found.total)})), found.scores.length ?
      table([th("rank", "n rank"), th("level"), th(`of-${of}`), th("score", "n"), th("warnings", "n far"), h("th", {class: "far"})], found.scores.map(row)) : empty("nothing-weighs")));
}

const partRow = (p) => h("tr", null, h("td", null, levelTag(p.level)), h("td", null, warningLink(p), h("small", {class: "soft block"}, [p.case_id, named("sev-", p.severity)].filter(Boolean).join(" · "))), h("td", {class: "far"}, p.orgcode ? unitLink(p.orgcode) : "–"), h("td", {class: "far"}, officerLink(p.officerid)),
  h("td", null, p.state === "closed" ? [named("st-", "closed"), " ", h("small", {class: "soft"}, moment(p.closed))] : t("open")), h("td", {class: "n far"}, number(p.points_hundredths / 100)), h("td", {class: "n"}, h("b", null, points(p))));

export async function score({main, rest: [key], query}) {
  const found = await get(`/v1/scores/${encodeURIComponent(key)}`, {org: query.org, limit: SHOWN});
  const page = {unit: `#/unit/${encodeURIComponent(found.subject)}`, officer: `#/officer/${encodeURIComponent(found.subject)}`, case: `#/case/${encodeURIComponent(found.subject)}`}[found.of];
  replace(main, h("div", {class: "head"}, h("h1", {tabindex: "-1"}, `${t("risk")} · `, h("a", {href: page}, nameOf(found))), h("span", {class: "big"}, band(found), " ", points(found))),
    h("p", {class: "soft"}, t("score-note")),
    card("", t("score-parts"), h("small", {class: "soft"}, t("entries", {n: number(found.parts_total)})), found.parts.length ? table([th("level"), th("rule"), th("unit", "far"), th("officer", "far"), th("state"), th("points", "n far"), th("score", "n")], found.parts.map(partRow)) : empty("nothing-weighs")));
}
