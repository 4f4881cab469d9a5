// Elements from plain values. Text is always text: nothing from data becomes markup.

/** h("a", {href: "#/x", class: "y", onclick: f}, "text", node, [nodes], null) */
export function h(name, props, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "href") node.setAttribute("href", safe(value));
    else node.setAttribute(key, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

// Only places within this page and the API: an address from data can't be a script.
function safe(address) {
  return /^(#|\/|\?|\.\/)/.test(address) ? address : "#";
}

const SHAPES = {
  green: "M8 2a6 6 0 1 0 .01 0z", blue: "M3 3h10v10H3z", yellow: "M8 2l7 12H1z",
  orange: "M8 1l7 7-7 7-7-7z", red: "M5 1h6l4 4v6l-4 4H5l-4-4V5z", breach: "M3 1l5 5 5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5-5-5z", none: "M2 7h12v2H2z",
};

/** An SVG of paths: [["M0 0…", {fill: …}], …]. Not for the tree of accessibility. */
export function drawing(box, name, paths) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", name);
  svg.setAttribute("preserveAspectRatio", name === "spark" ? "none" : "xMidYMid");
  for (const [d, attributes] of paths) {
    const path = document.createElementNS(svg.namespaceURI, "path");
    path.setAttribute("d", d);
    for (const [key, value] of Object.entries(attributes)) path.setAttribute(key, value);
    svg.append(path);
  }
  return svg;
}

/** Colours are never the only sign: each level has its own shape, and its word. */
export function tag(level, word) {
  const known = Object.hasOwn(SHAPES, level) ? level : "none";
  return h("span", {class: `tag l-${known}`}, drawing("0 0 16 16", "shape", [[SHAPES[known], {fill: "currentColor"}]]), word);
}
