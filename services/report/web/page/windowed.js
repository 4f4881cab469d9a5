// A table that holds ten thousand rows and draws those in sight.
import {h, replace} from "./dom.js";
import {t} from "./text.js";

const SPARE = 12;

/** heads() gives the th, cells(row) the td of a row. */
export function windowed(heads, cells) {
  const above = h("tr", {"aria-hidden": "true"}), below = h("tr", {"aria-hidden": "true"});
  const body = h("tbody");
  const table = h("table", null, h("thead", null, h("tr", null, heads())), body);
  const node = h("div", {class: "scroll", tabindex: "0"}, table);
  let rows = [], height = 34, first = -1, last = -1;

  function draw() {
    if (rows.length === 0) {
      replace(body, h("tr", null, h("td", {colspan: "9", class: "empty"}, t("nothing"))));
      first = last = -1;
      return;
    }
    const from = Math.max(0, Math.floor(node.scrollTop / height) - SPARE);
    const to = Math.min(rows.length, Math.ceil((node.scrollTop + (node.clientHeight || 600)) / height) + SPARE);
    if (from === first && to === last) return;
    first = from;
    last = to;
    above.style.height = `${from * height}px`;
    below.style.height = `${(rows.length - to) * height}px`;
    replace(body, above, rows.slice(from, to).map((row) => h("tr", {"data-id": row.warning_id}, cells(row))), below);
    const drawn = body.children[1];
    if (drawn?.offsetHeight && Math.abs(drawn.offsetHeight - height) > 2) height = drawn.offsetHeight;
    table.setAttribute("aria-rowcount", String(rows.length));
  }

  node.addEventListener("scroll", () => requestAnimationFrame(draw), {passive: true});
  return {node, show(list) { rows = list; first = last = -1; draw(); }};
}
