// Big screen, print, phone, keyboard, the first view with an empty cache: the page as each of them has it.
import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {close, goTo, launch, open, ready, shoot, sideways, text, texts} from "./browser.mjs";
import {detained, SHOTS, Up} from "./seawall.mjs";

let up, browser;
before(async () => {
  up = await new Up().start();
  await up.county(120);
  await up.post([detained("look", 5)]);
  await up.rest();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await up?.remove();
});
const complete = (page) => page.waitForSelector(".tiles[aria-busy=false]");
/** The views, each with an address that shows something. */
const views = () => [["duty", "#/duty"], ["case", "#/case/A-look"], ["officer", "#/officer/030001"], ["unit", "#/unit/320981"], ["model", "#/model/clear.daily"], ["model", "#/model/plates"], ["model", "#/model/complaints"], ["model", "#/model/checkup?org=32098101"],
  ["ranking", "#/ranking"], ["scores", "#/scores?of=officer"], ["score", "#/score/officerid%3D030001"], ["figures", "#/figures"], ["bulletins", "#/bulletins"], ["find", "#/find"]];
const name = (hash) => hash.replace(/^#\//, "").replace(/\?.*/, "").replaceAll("/", "-");

test("a phone shows every page without scrolling sideways", async () => {
  const page = await open(browser, up, {width: 390, height: 844, context: {hasTouch: true, isMobile: true, deviceScaleFactor: 2}});
  for (const [view, hash] of views()) {
    await goTo(page, hash, view);
    assert.equal(await sideways(page), 0, hash);
    await shoot(page, `phone-${name(hash)}`, true);
  }
  await close(page, assert);
});

for (const locale of ["zh-CN", "en-GB"]) {
  test(`every page at 1920×1080 in ${locale}: no code word is left, nothing runs over`, async () => {
    const page = await open(browser, up, {width: 1920, height: 1080, locale});
    for (const [view, hash] of views()) {
      await goTo(page, hash, view);
      assert.equal(await sideways(page), 0, hash);
      assert.equal(await page.locator(".problem").count(), 0, `${hash}: ${(await texts(page, ".problem")).join()}`);
      assert.doesNotMatch(await text(page, "main"), /undefined|NaN|\[object|null/, hash);
      await shoot(page, `${locale.slice(0, 2)}-${name(hash)}`, true);
    }
    await close(page, assert);
  });
}

test("the big screen fills 1920×1080, scrolls nowhere and stays live", async () => {
  const page = await open(browser, up, {width: 1920, height: 1080, query: "?mode=screen"});
  await ready(page, "screen");
  await page.waitForSelector(".s-serious li");
  assert.equal(await sideways(page), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight), 0);
  assert.equal(await page.locator("#top nav").count(), 0);
  const number = () => page.textContent(".tile[data-level=breach] b");
  const before = Number((await number()).replaceAll(",", ""));
  await up.post([detained("screen", 6)]);
  await page.waitForFunction((n) => Number(document.querySelector(".tile[data-level=breach] b").textContent.replaceAll(",", "")) > n, before);
  const clock = await text(page, ".clock");
  await page.waitForFunction((then) => document.querySelector(".clock").textContent !== then, clock);
  await shoot(page, "screen-zh");
  await close(page, assert);
});

test("prints on A4: content without menu, buttons and colours of the screen", async () => {
  const page = await open(browser, up, {hash: "#/case/A-look"});
  await ready(page, "case");
  await page.emulateMedia({media: "print"});
  for (const selector of ["#top nav", "#top .tools", ".head .button"]) assert.ok(await page.isHidden(selector), selector);
  assert.ok(await page.isVisible("ol.time li"));
  await shoot(page, "print-case", true);
  const pdf = await page.pdf({preferCSSPageSize: true});
  writeFileSync(join(SHOTS, "print-case.pdf"), pdf);
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  await page.emulateMedia({media: null});
  await goTo(page, "#/model/checkup?org=32098101", "model");
  const sheet = await page.pdf({preferCSSPageSize: true});
  writeFileSync(join(SHOTS, "print-checkup.pdf"), sheet);
  assert.equal((sheet.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? []).length, 1, "a check-up is one page");
  await page.emulateMedia({media: "print"});
  await shoot(page, "print-checkup", true);
  await close(page, assert);
});

test("the keyboard reaches everything, and one sees where it is", async () => {
  const page = await open(browser, up);
  await ready(page, "duty");
  await complete(page);
  const at = () => page.evaluate(() => {
    const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
    return {what: node.className || node.id || node.tagName, tag: node.tagName, href: node.getAttribute("href"), level: node.dataset.level, seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, box: box.width > 0 && box.height > 0};
  });
  await page.keyboard.press("Tab");
  assert.equal((await at()).what, "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const seen = [];
  for (let i = 0; i < 14; i++) {
    await page.keyboard.press("Tab");
    const one = await at();
    assert.ok(one.seen && one.box, `no focus is seen on ${JSON.stringify(one)}`);
    seen.push(one);
  }
  assert.deepEqual(seen.slice(0, 5).map((one) => one.level), ["breach", "red", "orange", "yellow", "blue"]);
  assert.ok(seen.some((one) => one.what.includes("search")) && seen.some((one) => one.what.includes("scroll")) && seen.some((one) => one.href?.startsWith("#/warning/")), JSON.stringify(seen));
  await page.focus("[data-level=breach]");
  await page.keyboard.press("Space");
  assert.equal(await page.getAttribute("[data-level=breach]", "aria-pressed"), "true");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.level), "breach", "the focus stays where it was");
  await page.focus("table.even tbody tr[data-id] .what a");
  await page.keyboard.press("Enter");
  await ready(page, "warning");
  await page.waitForFunction(() => document.activeElement.tagName === "H1");
  // Whatever can be done has a name that is read out.
  const nameless = await page.$$eval("a, button, input, select, textarea, [tabindex='0']", (all) => all.filter((node) => !(node.textContent.trim() || node.getAttribute("aria-label") || node.labels?.length || node.title)).map((node) => node.outerHTML));
  assert.deepEqual(nameless, []);
  await close(page, assert);
});

test("levels are told apart without colour", async () => {
  const page = await open(browser, up);
  await ready(page, "duty");
  const signs = await page.$$eval(".tile .tag", (tags) => tags.map((tag) => [tag.textContent, tag.querySelector("path").getAttribute("d")]));
  assert.equal(new Set(signs.map(([word]) => word)).size, 5);
  assert.equal(new Set(signs.map(([, shape]) => shape)).size, 5);
  await close(page, assert);
});

test("the first view needs little, and the second next to nothing", async (t) => {
  const page = await open(browser, up);
  await ready(page, "duty");
  await page.waitForSelector("table.even tbody tr[data-id]");
  const first = await page.evaluate(() => ({rows: performance.now(), files: performance.getEntriesByType("resource").filter((one) => one.name.includes("/dashboard/")).map((one) => [one.name, one.transferSize, one.encodedBodySize])}));
  const bytes = first.files.reduce((sum, [, size]) => sum + size, 0);
  t.diagnostic(`first view: rows after ${Math.round(first.rows)} ms, ${first.files.length} files, ${bytes} bytes`);
  assert.ok(first.files.length <= 14, `${first.files.length} files`);
  assert.ok(bytes < 60000, `${bytes} bytes`);
  assert.ok(!first.files.some(([file]) => file.includes("echarts")), "charts are loaded when they are drawn");
  await page.reload();
  await ready(page, "duty");
  const again = await page.evaluate(() => performance.getEntriesByType("resource").filter((one) => one.name.includes("/dashboard/") && one.transferSize > 1000).map((one) => one.name));
  assert.deepEqual(again, [], "a file that is known is not sent again");
  await close(page, assert);
});

test("the beginning of the address leads to the dashboard", async () => {
  const page = await open(browser, up);
  await page.goto(up.url);
  await ready(page, "duty");
  assert.ok(page.url().startsWith(`${up.url}/dashboard/`));
  await close(page, assert);
});
