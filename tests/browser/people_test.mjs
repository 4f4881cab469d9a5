// Signing in, what each role sees first, and the steps of the loop taken by those who may.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {close, goTo, launch, open, ready, shoot, text, texts} from "./browser.mjs";
import {detained, until, Up} from "./seawall.mjs";

const STATION = "320981010000", COUNTY = "320981000000";
let up, browser;
before(async () => {
  up = await (await new Up().withKey()).start();
  up.bearer = await up.token("system", "", "admin", "publisher");
  await up.county(40);
  await until("the directory is known", () => up.get("/v1/officers/030011/inbox").catch(() => null));
  await up.post([detained("mine", 5), detained("other", 5, {orgcode: "320981020000", officerid: "030101"})]);
  await up.rest();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await up?.remove();
});

test("nobody sees anything without signing in, and a wrong token says why", async () => {
  const page = await open(browser, up, {expected: ["401"]});
  await ready(page, "sign-in");
  assert.equal(await page.locator("#top nav").count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), "token");
  await shoot(page, "sign-in-zh");
  await page.fill("#token", "nonsense");
  await page.press("#token", "Enter");
  await page.waitForFunction(() => document.querySelector(".sign-in [role=alert]").textContent.length > 3);
  await page.fill("#token", await up.token("desk", COUNTY, "viewer"));
  await page.click(".sign-in button");
  await ready(page, "duty");
  assert.ok(!(await page.evaluate(() => document.cookie)).includes("seawall"), "scripts can't read the session");
  assert.equal((await page.context().cookies()).find((c) => c.name === "seawall_session").sameSite, "Strict");
  await page.click("#sign-out");
  await ready(page, "sign-in");
  await page.reload();
  await ready(page, "sign-in");
  await close(page, assert);
});

test("a session that ends leads back to signing in", async () => {
  const page = await open(browser, up, {token: await up.token("desk", COUNTY, "viewer"), expected: ["401"]});
  await ready(page, "duty");
  await page.context().clearCookies();
  await page.evaluate(() => { location.hash = "#/case/A-mine"; });
  await ready(page, "sign-in");
  assert.match(await text(page, ".sign-in"), /会话已结束/);
  await close(page, assert);
});

test("an officer sees his page first, with what is his and nobody else's", async () => {
  const page = await open(browser, up, {token: await up.token("030001", STATION, "officer")});
  await ready(page, "mine");
  await page.waitForFunction(() => document.querySelectorAll(".card .body > *").length >= 5);
  assert.ok((await text(page, "h1")).includes("030001"));
  await up.steady(async () => {
    await goTo(page, "#/mine", "mine");
    await page.waitForFunction(() => document.querySelectorAll(".card .body > *").length >= 5);
    const overview = await up.get("/v1/officers/030001/overview?limit=100");
    assert.equal(Number((await texts(page, ".tile b"))[4]), overview.warnings.open);
  });
  assert.ok((await text(page, "main")).includes("A-mine"));
  await shoot(page, "officer-zh", true);
  await close(page, assert);
});

test("a leader sees his unit first", async () => {
  const page = await open(browser, up, {token: await up.token("030012", STATION, "supervisor")});
  await ready(page, "unit");
  assert.match(await text(page, "h1"), /1所|第1派出所/);
  await close(page, assert);
});

test("the loop is gone through by those who may, each step told and recorded", async () => {
  const warning = (await up.all("/v1/warnings?state=open&level=breach&key=case_id=A-mine", "warnings"))[0].data.warning_id;
  await until("its task", () => up.get(`/v1/warnings/${warning}/task`).catch(() => null));
  const as = async (officer, org) => {
    const page = await open(browser, up, {token: await up.token(officer, org, "officer"), hash: `#/warning/${warning}`, expected: ["400", "403", "409"]});
    await ready(page, "warning");
    await page.waitForSelector("#task .way");
    return page;
  };
  const take = async (page, action, state, note) => {
    if (note) await page.fill("#task textarea", note);
    await page.click(`#task [data-action="${action}"]`);
    await page.waitForFunction((name) => document.querySelector("#task .way .now")?.textContent === name && /已记录/.test(document.querySelector("#task .said")?.textContent ?? ""), state);
  };

  const handler = await as("030001", STATION);
  await handler.click('#task [data-action="verify"]'); // he may not
  await handler.waitForFunction(() => /不能执行/.test(document.querySelector("#task .said").textContent));
  await handler.click('#task [data-action="acknowledge"]');
  await handler.waitForFunction(() => /已签收/.test(document.querySelector("#task").textContent) && /已记录/.test(document.querySelector("#task .said").textContent));
  await shoot(handler, "loop-acknowledged-zh");

  const legal = await as("030011", STATION);
  await take(legal, "verify", "已核查");
  const centre = await as("039901", COUNTY);
  await take(centre, "rectify", "整改中");
  await legal.reload();
  await ready(legal, "warning");
  await legal.waitForSelector('#task [data-action="feedback"]');
  await legal.click('#task [data-action="feedback"]'); // it needs a note
  assert.match(await text(legal, "#task .said"), /需要说明/);
  await take(legal, "feedback", "待复核", "已补办 <img src=x onerror=alert(1)>");
  await centre.reload();
  await ready(centre, "warning");
  await centre.waitForSelector('#task [data-action="recheck-passed"]');
  await take(centre, "recheck-passed", "复核通过");
  await take(centre, "close", "已销号");
  assert.ok((await text(centre, "#task")).includes("已补办 <img src=x onerror=alert(1)>"));
  await shoot(centre, "loop-closed-zh", true);
  const task = await up.get(`/v1/warnings/${warning}/task`);
  assert.deepEqual(task.steps.map((s) => s.action), ["acknowledge", "verify", "rectify", "feedback", "recheck", "close"]);
  for (const page of [handler, legal, centre]) await close(page, assert);
});

test("another unit's warning is not there", async () => {
  const [other] = await up.all("/v1/warnings?state=open&key=case_id=A-other", "warnings");
  const page = await open(browser, up, {token: await up.token("030001", STATION, "officer"), expected: ["404"]});
  await ready(page, "mine");
  await goTo(page, `#/warning/${other.data.warning_id}`, "warning");
  assert.ok(await page.isVisible(".problem"));
  await close(page, assert);
});
