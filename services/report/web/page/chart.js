// Charts by Apache ECharts, with a table for those who do not see them.
import {h} from "./dom.js";
import {number, t} from "./text.js";

let library = null;
/** Loaded when the first chart is drawn, so that the duty desk does not wait for it. */
function load() {
  library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = "echarts.js";
    script.onload = () => done(window.echarts);
    script.onerror = () => failed(new Error("echarts.js"));
    document.head.append(script);
  });
  return library;
}

const tone = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function draw(node, name, rows, option) {
  let chart = null, gone = false;
  node.setAttribute("aria-label", `${name}: ${rows.map(([x, y]) => `${x} ${number(y)}`).join(", ").slice(0, 600)}`);
  if (rows.length === 0) {
    node.append(h("p", {class: "empty"}, t("nothing")));
    return {dispose() {}};
  }
  const fit = () => chart?.resize();
  load().then((echarts) => {
    if (gone) return;
    chart = echarts.init(node, null, {renderer: "canvas"});
    chart.setOption({animation: false, textStyle: {fontFamily: "inherit"}, tooltip: {trigger: "axis", renderMode: "richText"}, grid: {left: 8, right: 16, top: 16, bottom: 8, containLabel: true}, ...option()});
    option.click?.(chart);
  });
  addEventListener("resize", fit);
  return {dispose() { gone = true; removeEventListener("resize", fit); chart?.dispose(); }};
}

const axis = () => ({axisLabel: {color: tone("--soft")}, axisLine: {lineStyle: {color: tone("--line")}}, splitLine: {lineStyle: {color: tone("--line")}}});

export function line(node, name, rows) {
  return draw(node, name, rows, () => ({
    xAxis: {type: "category", data: rows.map(([x]) => x), ...axis()}, yAxis: {type: "value", minInterval: 1, ...axis()},
    series: [{type: "line", name, data: rows.map(([, y]) => y), smooth: false, symbolSize: 5, lineStyle: {color: tone("--accent"), width: 2.5}, itemStyle: {color: tone("--accent")}, areaStyle: {color: tone("--accent"), opacity: .12}}],
  }));
}

export function bars(node, name, rows, clicked) {
  const option = () => ({
    tooltip: {trigger: "item", renderMode: "richText"},
    yAxis: {type: "category", inverse: true, data: rows.map(([x]) => x), ...axis()}, xAxis: {type: "value", minInterval: 1, ...axis()},
    series: [{type: "bar", name, data: rows.map(([, y]) => y), barMaxWidth: 18, itemStyle: {color: tone("--accent"), borderRadius: [0, 3, 3, 0]}, label: {show: true, position: "right", color: tone("--ink")}}],
  });
  option.click = (chart) => chart.on("click", (event) => clicked(event.name));
  return draw(node, name, rows, option);
}
