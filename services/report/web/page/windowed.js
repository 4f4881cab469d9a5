// A list of ten thousand rows that draws those in sight. Rows have one height (--row in app.css), so that a place in the
// list is a place in its scroll; a row that stays in sight keeps its element, and with it the keyboard's focus.
import {h} from "./dom.js";

const SPARE = 10;

/** `heads()` gives the th, `cells(row)` the td, `id(row)` what tells rows apart; `nothing()` the text where there is none. */
export function windowed({label, heads, cells, id, nothing}) {
  const above = h("tr", {"aria-hidden": "true", class: "space"}, h("td")), below = h("tr", {"aria-hidden": "true", class: "space"}, h("td")); // one cell: columns may be hidden
  const body = h("tbody");
  const table = h("table", {class: "even"}, h("caption", {class: "visually-hidden"}, label), h("thead", null, h("tr", null, heads())), body);
  const none = h("p", {class: "empty", hidden: true});
  const node = h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": label}, table, none);
  let rows = [], height = 0, drawn = new Map();

  function range() {
    const view = node.clientHeight || innerHeight;
    const from = Math.max(0, Math.min(rows.length - 1, Math.floor(node.scrollTop / height)) - SPARE);
    return [from, Math.min(rows.length, from + Math.ceil(view / height) + 2 * SPARE)];
  }

  function element(row, index) {
    const key = id(row), known = drawn.get(key);
    const tr = known?.row === row ? known.tr : h("tr", {"data-id": key}, cells(row));
    tr.setAttribute("aria-rowindex", String(index + 2)); // the head is the first
    return [key, {row, tr}];
  }

  function draw() {
    none.hidden = rows.length > 0;
    if (rows.length === 0) {
      drawn.clear();
      body.replaceChildren();
      none.textContent = nothing();
      return;
    }
    height ||= parseFloat(getComputedStyle(node).getPropertyValue("--row")) || 38;
    const [from, to] = range();
    const next = new Map(rows.slice(from, to).map((row, i) => element(row, from + i)));
    const focused = body.contains(document.activeElement) ? document.activeElement : null;
    above.firstChild.style.height = `${from * height}px`;
    below.firstChild.style.height = `${(rows.length - to) * height}px`;
    above.hidden = from === 0;
    below.hidden = to === rows.length;
    arrange([above, ...[...next.values()].map((one) => one.tr), below]);
    drawn = next;
    if (focused && !focused.isConnected) node.focus({preventScroll: true});
  }

  // Moves only what is not in its place: an element that is moved would lose the focus.
  function arrange(wanted) {
    const keep = new Set(wanted);
    for (const child of [...body.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((tr, i) => { if (body.children[i] !== tr) body.insertBefore(tr, body.children[i] ?? null); });
  }

  /** The row that somebody works with, or reads first: it stays where it is while others come and go above it. */
  function anchor() {
    const focused = body.contains(document.activeElement) ? document.activeElement.closest("tr[data-id]") : null;
    const index = focused ? Number(focused.getAttribute("aria-rowindex")) - 2 : node.scrollTop > height ? Math.floor(node.scrollTop / height) : -1;
    return rows[index] ? {id: id(rows[index]), index} : null;
  }

  function keepInPlace(held) {
    const at = held ? rows.findIndex((row) => id(row) === held.id) : -1;
    if (at < 0 || at === held.index) return;
    below.hidden = false; // room to scroll, before the rows are drawn
    below.firstChild.style.height = `${rows.length * height}px`;
    node.scrollTop += (at - held.index) * height;
  }

  let waiting = false;
  node.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  }, {passive: true});
  const sized = new ResizeObserver(() => { height = 0; draw(); });
  sized.observe(node);

  return {
    node,
    show(list) {
      const held = anchor();
      rows = list;
      keepInPlace(held);
      table.setAttribute("aria-rowcount", String(rows.length + 1));
      draw();
    },
    /** Draws the cells again, for what changes with the clock. */
    refresh() {
      for (const one of drawn.values()) if (!one.tr.contains(document.activeElement)) one.row = null;
      draw();
    },
    close: () => sized.disconnect(),
  };
}
