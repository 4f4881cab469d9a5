// One field that leads to a case, an incident, a warning or an officer.
import {get} from "./api.js";
import {h, replace} from "./dom.js";
import {t} from "./text.js";

const KEYS = ["case_id", "incident_id", "person_id", "property_id", "file_id", "place_id", "finding_id", "complaint_id", "petition_id"];

/** Where the text leads; a number of unknown kind is looked up by each kind of key. */
export async function target(text) {
  const id = text.trim();
  if (/^[0-9a-f]{32}$/.test(id)) return `#/warning/${id}`;
  if (/^\d{12}$/.test(id) || /^\d{4}$/.test(id)) return `#/unit/${id}`;
  if (/^\d{6}$/.test(id)) return `#/officer/${id}`;
  for (const by of KEYS) {
    const found = await get(`/v1/cases/${encodeURIComponent(id)}`, {by, limit: 1}).catch((problem) => { if (problem.status !== 404 && problem.status !== 400) throw problem; });
    if (found) return `#/case/${encodeURIComponent(id)}${by === "case_id" ? "" : `?by=${by}`}`;
  }
  return null;
}

export async function find({main, query, go}) {
  const said = h("p", {role: "alert", class: "late"});
  const input = h("input", {type: "search", name: "id", required: true, autocomplete: "off", size: "34", value: query.id ?? "", "aria-label": t("find-hint"), placeholder: t("find-hint")});
  async function look() {
    said.textContent = "";
    const hash = await target(input.value);
    if (hash) go(hash);
    else said.textContent = t("nothing");
  }
  replace(main, h("h1", {tabindex: "-1"}, t("find")), h("form", {class: "card bar", onsubmit: (event) => { event.preventDefault(); look(); }}, h("label", null, t("find-hint"), input), h("button", {class: "button strong"}, t("show")), said));
  if (query.id) await look();
}
