// The duty desk against the API: figures, a live warning, what a click opens, languages, the server going away.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {close, goTo, launch, open, ready, shoot, text, texts} from "./browser.mjs";
import {detained, until, Up} from "./seawall.mjs";

const LEVELS = ["breach", "red", "orange", "yellow", "blue"];
let up, browser;
before(async () => {
  up = await new Up().start();
  await up.county(120);
  await up.post([detained("late", 5)]);
  await up.rest();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await up?.remove();
});

/** Matters by their worst level, as the API has them. */
async function counts() {
  const worst = new Map();
  for (const item of await up.all("/v1/warnings?state=open", "warnings")) {
    const d = item.data, of = d.kind === "match" ? d.events : d.events.slice(0, 1);
    const key = JSON.stringify([d.rule, d.key, of.map((e) => [e.source, e.id])]);
    const rank = LEVELS.indexOf(d.level) < 0 ? 9 : LEVELS.indexOf(d.level);
    worst.set(key, Math.min(worst.get(key) ?? 9, rank));
  }
  return LEVELS.map((_, i) => String([...worst.values()].filter((rank) => rank === i).length));
}

const tiles = async (page) => (await texts(page, ".tile b")).map((n) => n.replaceAll(",", ""));
const complete = (page) => page.waitForSelector(".tiles[aria-busy=false]");

test("shows what the API says, and the newest by the stream", async () => {
  const page = await open(browser, up);
  await ready(page, "duty");
  await complete(page);
  await until("tiles and API agree", async () => JSON.stringify(await tiles(page)) === JSON.stringify(await counts()));
  await page.waitForSelector(".rows li");
  await shoot(page, "duty-zh");

  await up.post([detained("live", 6)]);
  await page.waitForSelector('.rows li.fresh a[href*="A-live"]');
  assert.match(await text(page, "#live"), /新预警/);
  await until("the tiles follow", async () => JSON.stringify(await tiles(page)) === JSON.stringify(await counts()));
  await close(page, assert);
});

test("a level and words filter the list", async () => {
  const page = await open(browser, up);
  await ready(page, "duty");
  await complete(page);
  await page.click("[data-level=breach]");
  assert.equal(await page.getAttribute("[data-level=breach]", "aria-pressed"), "true");
  await page.waitForFunction(() => {
    const overdue = Number(document.querySelector(".tile[data-level=breach] b").textContent.replaceAll(",", ""));
    return document.querySelector("table.even").getAttribute("aria-rowcount") === String(overdue + 1);
  });
  assert.ok((await texts(page, "table.even tbody tr[data-id] td:first-child")).every((level) => level === "已超期"));
  await page.fill(".search", "A-late");
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll("table.even tbody tr[data-id]")];
    return rows.length > 0 && rows.every((row) => row.textContent.includes("A-late"));
  });
  await page.fill(".search", "nobody has this");
  await page.waitForSelector(".scroll .empty:not([hidden])");
  assert.match(await text(page, ".scroll .empty"), /没有符合筛选/);
  await close(page, assert);
});

test("one click leads from the list to the case and to the explanation, down to the article", async () => {
  const page = await open(browser, up);
  await ready(page, "duty");
  await complete(page);
  await page.fill(".search", "A-late");
  await page.click("table.even tbody tr[data-id] .what a");
  await ready(page, "warning");
  const id = page.url().split("/").pop(), found = await up.get(`/v1/warnings/${id}`);
  const shown = await text(page, "main");
  const {law, article} = found.warning.data.basis[0];
  assert.ok(shown.includes(`《${law}》 ${article}`), `${law} ${article}`);
  assert.ok(shown.includes(found.warning.data.rule_name));
  assert.ok(shown.includes(found.explanation[0].opened_by.id));
  assert.equal(await page.locator(".steps tr").count(), found.explanation[0].steps.length + 1);
  await page.waitForSelector("#task .way");
  await page.waitForSelector("#timeline li");
  await shoot(page, "warning-zh", true);
  await page.click('.facts a[href*="#/case/A-late"]');
  await ready(page, "case");
  const theCase = await up.get("/v1/cases/A-late");
  assert.equal(await page.locator("ol.time li").count(), theCase.events.length);
  assert.ok((await text(page, "main")).includes("刑事拘留"));
  await shoot(page, "case-zh", true);
  await close(page, assert);
});

test("speaks Chinese and English, and remembers which", async () => {
  const page = await open(browser, up);
  await ready(page, "duty");
  assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
  assert.match(await text(page, "main"), /未办结事项/);
  await page.click("#language");
  await page.waitForFunction(() => document.documentElement.lang === "en" && document.body.dataset.ready === "duty");
  await complete(page);
  assert.match(await text(page, "main"), /Open matters/);
  assert.deepEqual(await texts(page, ".tile .tag"), LEVELS.map((level) => (level === "breach" ? "overdue" : level)));
  assert.ok((await texts(page, "table.even .what a")).some((name) => /^[\x20-\x7e]+$/.test(name)), "control points have their English names");
  await shoot(page, "duty-en");
  await page.reload();
  await ready(page, "duty");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await close(page, assert);
});

test("a number leads to what has it", async () => {
  const page = await open(browser, up, {expected: ["404"]}); // of the kinds of keys that it tries
  await ready(page, "duty");
  for (const [number, view] of [["A-late", "case"], ["030001", "officer"], ["P-late", "case"]]) {
    await page.fill("#top input[type=search]", number);
    await page.press("#top input[type=search]", "Enter");
    await ready(page, view);
    await goTo(page, "#/duty", "duty");
  }
  await close(page, assert);
});

test("an unknown page and an unknown case say so, and how to go on", async () => {
  const page = await open(browser, up, {expected: ["404"]});
  await ready(page, "duty");
  await goTo(page, "#/nothing-of-the-kind", "nothing-of-the-kind");
  assert.ok(await page.isVisible(".problem button"));
  await goTo(page, "#/%E4%B8", "%E4%B8");
  assert.ok(await page.isVisible(".problem button"));
  await goTo(page, "#/case/NO-SUCH-CASE", "case");
  assert.match(await text(page, ".problem"), /无法加载/);
  await shoot(page, "problem-zh");
  await close(page, assert);
});

test("the server goes away and comes back: a banner, then the newest without a reload", async () => {
  const page = await open(browser, up, {expected: ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "net::ERR"]});
  await ready(page, "duty");
  await complete(page);
  await page.waitForSelector("#state.live");
  await up.stop("SIGKILL");
  await page.waitForSelector("#banner:not([hidden])");
  assert.match(await text(page, "#banner"), /连接中断，数据截至 \d\d:\d\d:\d\d/);
  await shoot(page, "lost-zh");
  await up.start();
  await up.post([detained("after", 6)]);
  await page.waitForSelector("#state.live", {timeout: 60000});
  await page.waitForSelector('.rows li a[href*="A-after"]', {timeout: 60000});
  assert.ok(await page.isHidden("#banner"));
  await until("the tiles are right again", async () => JSON.stringify(await tiles(page)) === JSON.stringify(await counts()));
  await close(page, assert);
});
