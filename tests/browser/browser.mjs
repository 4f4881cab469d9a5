// Debian's Chromium, driven by playwright-core. A page that logs an error, or breaks its own content policy, fails its test.
import {mkdirSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {ROOT, SHOTS} from "./seawall.mjs";

const {chromium} = createRequire(join(ROOT, "services/report/web/package.json"))("playwright-core");
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
mkdirSync(SHOTS, {recursive: true});

export const launch = () => chromium.launch({executablePath: "/usr/bin/chromium", args: ARGS});

/** A page in a browser profile of its own. `expected`: errors that this test brings about. */
export async function open(browser, up, {width = 1440, height = 900, locale = "zh-CN", query = "", hash = "", token, expected = [], context: more = {}} = {}) {
  const context = await browser.newContext({viewport: {width, height}, locale, timezoneId: "Asia/Shanghai", reducedMotion: "reduce", ...more});
  const page = await context.newPage();
  page.errors = [];
  const note = (text) => { if (!expected.some((one) => text.includes(one))) page.errors.push(text); };
  page.on("console", (message) => { if (message.type() === "error") note(`${message.text()} ${message.location().url}`); });
  page.on("pageerror", (error) => note(error.message));
  page.on("request", (request) => { if (!request.url().startsWith(up.url) && !request.url().startsWith("data:") && !request.url().startsWith("blob:")) note(`asks elsewhere: ${request.url()}`); });
  if (token) await context.request.post(`${up.url}/v1/session`, {data: {token}});
  await page.goto(`${up.url}/dashboard/${query}${hash}`);
  return page;
}

/** The view is there, and what loads by itself has come. */
export const ready = (page, view) => page.waitForFunction((name) => document.body.dataset.ready === name, view, {timeout: 60000});

/** Also to where the page is already: then it is drawn anew. */
export async function goTo(page, hash, view) {
  await page.evaluate((to) => {
    delete document.body.dataset.ready;
    if (location.hash === to) dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = to;
  }, hash);
  await ready(page, view);
}

export const shoot = (page, name, full = false) => page.screenshot({path: join(SHOTS, `${name}.png`), fullPage: full});
export const texts = (page, selector) => page.$$eval(selector, (all) => all.map((one) => one.textContent.trim()));
export const text = (page, selector) => page.textContent(selector);

export const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export async function close(page, assert) {
  assert.deepEqual(page.errors, []);
  await page.context().close();
}
