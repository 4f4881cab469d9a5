// Bulletins: those that were issued, and any other, made as it is asked for.
import {get, post, withQuery} from "./api.js";
import {h, replace} from "./dom.js";
import {card, empty, loading, table, th, unitName} from "./parts.js";
import {day, english, moment, named, number, t} from "./text.js";
import {unitList} from "./names.js";

const KINDS = [["daily", -1], ["weekly", -7], ["monthly", -28]];
const FORMATS = ["html", "xlsx", "csv"];
const SHOWN = 100;

const address = (kind, query) => withQuery(`/v1/bulletins/${kind}`, {...query, lang: english() ? "en" : "zh"});
const opener = (href, word) => h("a", {class: "button", href, target: "_blank", rel: "noopener"}, word);

/** Issues it now; what was issued stays as it was. */
function issuer(kind, query, done) {
  const said = h("small", {role: "status", class: "soft"});
  return [h("button", {type: "button", class: "button", onclick: async (event) => {
    event.target.disabled = true;
    try {
      const made = await post(withQuery(`/v1/bulletins/${kind}`, query()), {});
      said.textContent = t("was-issued", {n: number(made.edition)});
      done();
    } catch (problem) {
      said.textContent = problem.message;
    }
    event.target.disabled = false;
  }}, t("issue-now")), said];
}

function makeCard([kind, back], may, done) {
  const date = h("input", {type: "date", value: day(back), required: true});
  const org = h("select", null, h("option", {value: ""}, t("whole")), unitList.map((unit) => h("option", {value: unit.org}, unitName(unit.org))));
  const links = h("div", {class: "buttons"});
  const draw = () => replace(links, FORMATS.map((format) => opener(address(kind, {date: date.value, format, org: org.value}), format === "html" ? t("open-print") : `${t("download")} ${format.toUpperCase()}`)));
  date.addEventListener("change", draw);
  org.addEventListener("change", draw);
  draw();
  const issue = may ? h("div", {class: "buttons"}, issuer(kind, () => ({date: date.value, org: org.value}), done)) : null;
  return card("w4", t(kind), null, h("p", {class: "soft"}, t(`${kind}-note`)), h("div", {class: "bar"}, h("label", null, t("date"), date), h("label", null, t("unit"), org)), links, issue);
}

function issuedRow(b) {
  const query = Object.fromEntries(new URLSearchParams(b.url.split("?")[1]));
  return h("tr", null, h("td", null, named("", b.kind)), h("td", null, `${b.from} – ${b.to}`), h("td", null, unitName(b.org) || t("whole")), h("td", {class: "far"}, t("edition", {n: number(b.edition)})), h("td", {class: "n far"}, moment(b.issued_at)), h("td", {class: "far"}, b.by === "schedule" ? t("by-schedule") : b.by),
    h("td", null, h("div", {class: "buttons"}, opener(address(b.kind, {...query, format: "html"}), t("as-issued")), opener(address(b.kind, {...query, as: "compared", format: "html"}), t("compared")), opener(address(b.kind, {...query, format: "xlsx"}), "XLSX"))));
}

export async function bulletins({main, who}) {
  const may = who.roles.includes("supervisor") || who.roles.includes("admin");
  const issued = loading("w12", t("issued"), null, async () => {
    const found = await get("/v1/bulletins", {limit: SHOWN});
    return found.bulletins.length ? table([th("bulletins"), th("date"), th("unit"), th("editions", "far"), th("time", "n far"), th("issued-by", "far"), h("th")], found.bulletins.map(issuedRow)) : empty("nothing-issued");
  });
  replace(main, h("h1", {tabindex: "-1"}, t("bulletins")), h("div", {class: "grid"}, KINDS.map((kind) => makeCard(kind, may, () => issued.again())), issued));
  await issued.ready;
}
