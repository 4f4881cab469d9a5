// A leader's way: from the unit's figures down to units, lists, cases and explanations; models, rankings, risk, bulletins.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {close, goTo, launch, open, ready, shoot, text, texts} from "./browser.mjs";
import {detained, until, Up} from "./seawall.mjs";

let up, browser;
before(async () => {
  up = await new Up().start();
  await up.county(150);
  await up.post([detained("lead", 5)]);
  await up.rest();
  await until("the figures have it", async () => (await up.get(`/v1/figures/coercion.detained?${span()}`)).value > 0);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await up?.remove();
});

const day = (offset) => new Date(Date.now() + 8 * 3600000 + offset * 86400000).toISOString().slice(0, 10);
const span = (org = "320981") => new URLSearchParams({org, from: day(-29), to: day(0)}).toString();
const number = (shown) => Number(shown.replace(/[^\d.-]/g, ""));

/** What a list of the API holds, all pages. */
const listed = async (path) => (await up.all(path, "entries")).length;

async function longAs(page, id) {
  await goTo(page, `#/figures?${span()}&shown=${id}`, "figures");
  const cell = page.locator(`[data-figure="${id}"] td a`);
  const shown = number(await cell.textContent());
  await cell.click();
  await ready(page, "entries");
  assert.equal(number(await text(page, "#count")), shown, id);
  assert.equal(await page.locator("#list tbody tr").count(), shown, id);
  assert.equal(await listed(`/v1/figures/${id}/list?${span()}`), shown, id);
}

test("every figure opens its list, and the list is as long as the figure says", async () => {
  const page = await open(browser, up, {hash: `#/figures?${span()}`});
  await ready(page, "figures");
  const {figures} = await up.get(`/v1/figures?${span()}`);
  const counts = figures.filter((i) => i.unit !== "ratio" && i.value > 0);
  assert.ok(counts.length > 10, `${counts.length} figures`);
  for (const i of counts.filter((one) => one.value < 400)) {
    await up.steady(() => longAs(page, i.id));
  }
  await close(page, assert);
});

test("from a figure to its list, a warning, its explanation and the case", async () => {
  const page = await open(browser, up, {hash: `#/unit/320981?${span()}`});
  await ready(page, "unit");
  await up.steady(async () => {
    await goTo(page, `#/unit/320981?${span()}`, "unit");
    const unit = await up.get(`/v1/units/320981?${new URLSearchParams({from: day(-29), to: day(0)})}`);
    for (const i of unit.indicators.filter((one) => one.unit === "count")) {
      assert.equal(number(await text(page, `[data-indicator="${i.id}"] b`)), unit.figures[i.id].value, i.id);
    }
    assert.equal(await page.locator("#children tbody tr").count(), unit.children.length);
  });
  await page.waitForSelector(".chart canvas");
  await shoot(page, "leader-unit", true);
  await page.click('[data-indicator="warning.breach"] b a, [data-indicator="warning.red"] b a');
  await ready(page, "entries");
  await page.click('#list a[href^="#/warning/"]');
  await ready(page, "warning");
  assert.match(await text(page, ".law"), /《.+》/);
  assert.ok(await page.locator("#task .way").count());
  await page.click('.facts a[href^="#/case/"]');
  await ready(page, "case");
  assert.ok(await page.locator("ol.time li").count());
  await close(page, assert);
});

test("down the tree of units and up again, sorted by what one looks for", async () => {
  const page = await open(browser, up, {hash: "#/unit"});
  await ready(page, "unit");
  assert.match(await text(page, "h1"), /县公安局/);
  const head = page.locator("#children thead button").last();
  await head.click();
  assert.equal(await page.locator("#children thead th[aria-sort=descending]").count(), 1);
  const last = (await page.$$eval("#children tbody tr td:last-child", (cells) => cells.map((cell) => cell.textContent))).map(number);
  assert.deepEqual(last, [...last].sort((a, b) => b - a));
  await page.locator("#children tbody th a").first().click();
  await ready(page, "unit");
  await page.waitForFunction(() => /所/.test(document.querySelector("h1").textContent));
  await page.click(".path a:last-of-type");
  await page.waitForFunction(() => /县公安局/.test(document.querySelector("h1").textContent) && document.body.dataset.ready === "unit");
  await close(page, assert);
});

test("each number of each model opens a list of that length", async () => {
  const page = await open(browser, up, {hash: "#/unit"});
  await ready(page, "unit");
  const {models} = await up.get("/v1/models");
  for (const model of models) await up.steady(async () => {
    await goTo(page, `#/model/${model.id}?${span()}`, "model");
    assert.ok((await text(page, "h1")).includes(model.name));
    const links = await page.$$eval('.view a[href^="#/entries"]', (all) => all.map((one) => [one.getAttribute("href"), one.textContent]));
    for (const [href, shown] of links.filter(([, n]) => /^[\d,]+$/.test(n) && number(n) < 400).slice(0, 8)) {
      const path = new URLSearchParams(href.split("?")[1]).get("of");
      assert.equal(await listed(path), number(shown), `${model.id}: ${path}`);
    }
  });
  await up.steady(async () => {
    await goTo(page, `#/model/clear.daily?${span()}`, "model");
    await page.waitForSelector(".chart canvas");
    await shoot(page, "leader-clear", true);
    const link = page.locator(".tile b a").first(), shown = number(await link.textContent());
    await link.click();
    await ready(page, "entries");
    assert.equal(number(await text(page, "#count")), shown);
  });
  await goTo(page, `#/model/plates?${span()}`, "model");
  await page.locator("tr[data-org] th a").first().click();
  await page.waitForFunction(() => document.body.dataset.ready === "model" && document.querySelector(".checkup"));
  await shoot(page, "leader-checkup", true);
  await close(page, assert);
});

test("rankings and risk", async () => {
  const page = await open(browser, up, {hash: `#/ranking?${span()}`});
  await ready(page, "ranking");
  await up.steady(async () => {
    await goTo(page, `#/ranking?${span()}`, "ranking");
    const asked = await page.locator("#indicator").inputValue();
    const found = await up.get(`/v1/rankings?${span()}&indicator=${asked}`);
    assert.equal(await page.locator(".card table tbody tr").first().locator("th").textContent(), found.units[0].short_name ?? found.units[0].name);
  });
  await page.selectOption("#indicator", "incident.received");
  await page.waitForFunction(() => document.querySelector("#indicator")?.value === "incident.received" && document.body.dataset.ready === "ranking" && /接警数/.test(document.querySelector("h2").textContent));
  await up.steady(async () => {
    await goTo(page, `#/scores?${span()}&of=case`, "scores");
    const {scores} = await up.get("/v1/scores?of=case&org=320981&limit=100");
    assert.deepEqual((await texts(page, "tbody th")).slice(0, 5), scores.slice(0, 5).map((s) => s.subject));
  });
  await page.locator("tbody th a").first().click();
  await ready(page, "score");
  assert.ok(await page.locator("tbody tr").count());
  await close(page, assert);
});

test("a bulletin is issued by hand and opens as it was then", async () => {
  const page = await open(browser, up, {hash: "#/bulletins"});
  await ready(page, "bulletins");
  const rows = await page.locator(".w12 tbody tr").count();
  await page.locator(".w4 button").first().click();
  await page.waitForFunction((n) => document.querySelectorAll(".w12 tbody tr").length > n, rows);
  await shoot(page, "leader-bulletins");
  const [issue] = await Promise.all([page.context().waitForEvent("page"), page.locator(".w12 tbody tr").first().locator("a").first().click()]);
  await issue.waitForLoadState();
  assert.match(await issue.textContent("body"), /日报/);
  await close(page, assert);
});
