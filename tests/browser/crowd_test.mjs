// Ten thousand open warnings stay smooth, and nothing that stands in events or packs ever becomes markup.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {join} from "node:path";
import {close, goTo, launch, open, ready, shoot, text, texts} from "./browser.mjs";
import {ROOT, until, Up} from "./seawall.mjs";

const MANY = 10000, HOSTILE = '<img src=x onerror="document.title=1">';
let up, browser;
const incident = (number) => ({specversion: "1.0", type: "incident.received", id: `c-${number}`, source: "urn:test", subject: `J${number}`, time: new Date(Date.now() - 3600000).toISOString(), orgcode: "320981010000", officerid: "030001",
  data: {incident_id: `J${number}`}});

before(async () => {
  up = await new Up([`packs=${join(ROOT, "tests/browser/pack.yaml")}`, `catalogue=${join(ROOT, "deploy/packs/catalogue")}`, `calendar=${join(ROOT, "deploy/packs/calendars")}`, `indicators=${join(ROOT, "deploy/indicators/cn-police.yaml")}`]).start();
  await up.post([incident(`<img src=x onerror="document.title=1">`)]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await up?.remove();
});

/** Nobody's text has made an element, and none of it has run. */
async function harmless(page) {
  assert.equal(await page.locator("main img, main script, main b > b").count(), 0);
  assert.notEqual(await page.title(), "1");
}

test("hostile names stay text on every page that shows them", async () => {
  const page = await open(browser, up, {expected: ["404"]});
  await ready(page, "duty");
  await page.waitForSelector("table.even tbody tr[data-id]");
  assert.ok((await texts(page, "table.even .what a"))[0].includes(HOSTILE));
  await page.waitForSelector(".rows li");
  await harmless(page);
  await shoot(page, "hostile-duty");
  await page.click("table.even tbody tr[data-id] .what a");
  await ready(page, "warning");
  assert.ok((await text(page, "h1")).includes(HOSTILE));
  assert.ok((await text(page, ".law")).includes("<script>document.title=1</script>"));
  await harmless(page);
  await page.click('.facts a[href^="#/case/"]');
  await ready(page, "case");
  assert.ok((await text(page, "h1")).includes(HOSTILE));
  await harmless(page);
  await page.click("#language");
  await page.waitForFunction(() => document.documentElement.lang === "en" && document.body.dataset.ready === "case");
  await harmless(page);
  await goTo(page, `#/entries?${new URLSearchParams({of: "/v1/figures/incident.received/list?from=2020-01-01&to=2039-01-01", title: HOSTILE})}`, "entries");
  assert.ok((await text(page, "h1")).includes(HOSTILE));
  assert.ok((await text(page, "#list")).includes(HOSTILE));
  await harmless(page);
  await goTo(page, `#/entries?of=${encodeURIComponent("//example.org/v1/")}`, "entries"); // only our own API is asked
  await close(page, assert);
});

test("ten thousand open warnings stay smooth", async (t) => {
  await up.post(Array.from({length: MANY}, (_, i) => incident(`${i}`)));
  await until("they are all warned about", async () => (await up.all("/v1/warnings?state=open", "warnings")).length === MANY + 1, 300);
  const page = await open(browser, up);
  await page.waitForSelector("table.even tbody tr[data-id]");
  const first = await page.evaluate(() => performance.now());
  await ready(page, "duty");
  await page.waitForFunction((n) => document.querySelector("table.even")?.getAttribute("aria-rowcount") === String(n + 2), MANY, {timeout: 60000});
  t.diagnostic(`first rows after ${Math.round(first)} ms, all ${MANY + 1} after ${Math.round(await page.evaluate(() => performance.now()))} ms`);
  assert.equal((await texts(page, "[data-level=orange] b"))[0], (MANY + 1).toLocaleString("en-US"));
  const nodes = () => page.evaluate(() => document.querySelectorAll("*").length);
  assert.ok(await nodes() < 2000, `${await nodes()} elements for ten thousand warnings`);

  // From top to bottom: every frame is drawn, and what is in sight is there.
  const frames = await page.evaluate(async () => {
    const scroll = document.querySelector(".scroll"), times = [];
    let last = performance.now(), blank = 0;
    for (let i = 0; i <= 120; i++) {
      scroll.scrollTop = (scroll.scrollHeight - scroll.clientHeight) * (i / 120);
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      const now = performance.now(), box = scroll.getBoundingClientRect();
      times.push(now - last);
      last = now;
      const hit = document.elementFromPoint(box.left + 40, box.top + box.height / 2);
      if (!hit?.closest("tr[data-id]")) blank++;
    }
    return {times, blank};
  });
  assert.equal(frames.blank, 0, "no frame was blank in the middle");
  frames.times.sort((a, b) => a - b);
  t.diagnostic(`two frames: median ${frames.times[60].toFixed(1)} ms, worst ${frames.times.at(-1).toFixed(1)} ms; ${await nodes()} elements`);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll("table.even tbody tr[data-id]")].at(-1).getAttribute("aria-rowindex")), String(MANY + 2), "the last row is at the end");
  await shoot(page, "ten-thousand");

  // A row that has the focus keeps it while the list changes around it.
  await page.evaluate(() => { document.querySelector(".scroll").scrollTop = 0; });
  await page.waitForSelector('tr[aria-rowindex="2"] .what a');
  await page.focus('tr[aria-rowindex="2"] .what a');
  const before = await page.evaluate(() => document.activeElement.href);
  await up.post(Array.from({length: 200}, (_, i) => incident(`more-${i}`)));
  await page.waitForFunction((n) => document.querySelector("table.even").getAttribute("aria-rowcount") === String(n + 202), MANY, {timeout: 60000});
  assert.equal(await page.evaluate(() => document.activeElement.href), before);

  await page.fill(".search", "J9999");
  await page.waitForFunction(() => document.querySelectorAll("table.even tbody tr[data-id]").length === 1);
  await close(page, assert);
});
