// Charts by Apache ECharts, each with its numbers as a table for those who do not see it.
import {h} from "./dom.js";
import {number, t} from "./text.js";

let library = null;
/** Loaded when the first chart is drawn, so that the duty desk does not wait for it. */
function load() {
  library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = "echarts.js";
    script.onload = () => done(window.echarts);
    script.onerror = () => { library = null; failed(new Error("echarts.js")); };
    document.head.append(script);
  });
  return library;
}

const tone = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
/** From across the room letters are larger. */
const size = () => Math.round(parseFloat(getComputedStyle(document.body).fontSize) * .8);
const axis = () => ({axisLabel: {color: tone("--soft"), fontSize: size(), hideOverlap: true}, axisLine: {lineStyle: {color: tone("--line")}}, axisTick: {show: false}, splitLine: {lineStyle: {color: tone("--line")}}});
const TONES = ["--accent", "--orange", "--green", "--red", "--violet", "--yellow"];
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect"]; // colours are never the only sign

/** `series`: [{name, values, type: "line" | "bar", stack, tone}], one value for each of `names`. */
function draw(label, names, series, option, clicked, height) {
  const canvas = h("div", {class: "chart", role: "img", "aria-label": label});
  if (height) canvas.style.height = `${height}px`;
  const numbers = h("details", {class: "numbers"}, h("summary", null, t("as-table")), h("div", {class: "wrap"}, h("table", null, h("caption", {class: "visually-hidden"}, label),
    h("thead", null, h("tr", null, h("td"), series.map((s) => h("th", {scope: "col", class: "n"}, s.name)))),
    h("tbody", null, names.map((name, i) => h("tr", null, h("th", {scope: "row"}, name), series.map((s) => h("td", {class: "n"}, (s.write ?? number)(s.values[i])))))))));
  const node = h("figure", null, canvas, numbers);
  if (names.length === 0) {
    node.replaceChildren(h("p", {class: "empty"}, t("nothing-figures")));
    return node;
  }
  let chart = null;
  const sized = new ResizeObserver(() => {
    if (!canvas.isConnected || !canvas.clientWidth) { chart?.dispose(); chart = null; return; }
    if (chart) return void chart.resize();
    load().then((echarts) => {
      if (chart || !canvas.isConnected) return;
      chart = echarts.init(canvas, null, {renderer: "canvas"});
      chart.setOption({animation: false, textStyle: {fontFamily: "inherit"}, color: TONES.map(tone), tooltip: {trigger: "axis", renderMode: "richText"}, legend: {show: series.length > 1, top: 0, textStyle: {color: tone("--soft"), fontSize: size()}},
        grid: {left: 4, right: 18, top: series.length > 1 ? 34 : 14, bottom: 4, containLabel: true}, ...option()});
      if (clicked) chart.on("click", (event) => clicked(event.dataIndex));
    }, () => canvas.replaceChildren(h("p", {class: "empty"}, t("failed"))));
  });
  sized.observe(canvas);
  return node;
}

const drawn = (s, i) => {
  const colour = tone(s.tone ?? TONES[i % TONES.length]);
  return {type: s.type ?? "line", name: s.name, data: s.values, stack: s.stack, symbol: SYMBOLS[i % SYMBOLS.length], symbolSize: 6, barMaxWidth: 22, connectNulls: false, itemStyle: {color: colour}, lineStyle: {color: colour, width: 2.5}, ...(s.area ? {areaStyle: {color: colour, opacity: .14}} : {})};
};

/** Values over time. */
export const over = (label, dates, series) => draw(label, dates, series, () => ({
  xAxis: {type: "category", data: dates, boundaryGap: series.some((s) => s.type === "bar"), ...axis()}, yAxis: {type: "value", minInterval: series.some((s) => s.write) ? 0 : 1, ...axis()}, series: series.map(drawn),
}));

/** One bar for each name, the first on top. */
export const bars = (label, names, values, clicked) => draw(label, names, [{name: label, values}], () => ({
  tooltip: {trigger: "item", renderMode: "richText"}, grid: {left: 4, right: 48, top: 6, bottom: 4, containLabel: true},
  yAxis: {type: "category", inverse: true, data: names, ...axis()}, xAxis: {type: "value", minInterval: 1, ...axis()},
  series: [{type: "bar", data: values, barMaxWidth: 18, cursor: clicked ? "pointer" : "default", itemStyle: {color: tone("--accent"), borderRadius: [0, 3, 3, 0]}, label: {show: true, position: "right", color: tone("--ink")}}],
}), clicked, Math.max(120, 40 + 23 * names.length));
