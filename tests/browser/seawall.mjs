// A running `seawall up`, as the browser tests need it: started on a folder of its own, given events, asked, stopped.
import {execFile, spawn} from "node:child_process";
import {existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const [SEAWALL, SHOTS] = process.argv.slice(2);

/** Looks often until `condition()` gives something; fails with its name. */
export async function until(what, condition, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

export class Up {
  constructor(sets = []) {
    this.folder = mkdtempSync(join(tmpdir(), "seawall-browser-"));
    this.sets = sets;
    this.listen = "127.0.0.1:0";
  }

  /** With a key of its own: then everybody needs a token. */
  async withKey() {
    this.key = join(this.folder, "key");
    await run(SEAWALL, ["token", "--new-key", this.key]);
    this.config = join(this.folder, "seawall.yaml");
    writeFileSync(this.config, `auth:\n  keys:\n    - {alg: HS256, file: ${this.key}}\n`, {mode: 0o600});
    return this;
  }

  async token(sub, org, ...roles) {
    const made = await run(SEAWALL, ["token", "--key", this.key, "--sub", sub, ...(org ? ["--org", org] : []), ...roles.flatMap((role) => ["--role", role])]);
    return made.stdout.trim();
  }

  async start() {
    const port = join(this.folder, "port");
    rmSync(port, {force: true});
    const sets = [`data_dir=${join(this.folder, "data")}`, `http.listen=${this.listen}`, `http.port_file=${port}`, "disk_reserve=1MiB", ...this.sets];
    this.process = spawn(SEAWALL, ["up", ...(this.config ? ["--config", this.config] : []), ...sets.flatMap((one) => ["--set", one])],
      {stdio: ["ignore", "ignore", openSync(join(this.folder, "log"), "a")]});
    this.ended = new Promise((done) => this.process.on("exit", done));
    await until("the port is told", () => existsSync(port) || this.process.exitCode !== null);
    if (this.process.exitCode !== null) throw new Error(`it did not start:\n${readFileSync(join(this.folder, "log"), "utf8").slice(-3000)}`);
    this.port = Number(readFileSync(port, "utf8"));
    this.listen = `127.0.0.1:${this.port}`; // after a restart at the same place
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  /** Without a goodbye it is gone in an instant, as by a power cut. */
  async stop(how = "SIGTERM") {
    this.process.kill(how);
    await this.ended;
  }

  async remove() {
    if (this.process?.exitCode === null && !this.process.killed) await this.stop();
    rmSync(this.folder, {recursive: true, force: true});
  }

  headers = () => (this.bearer ? {authorization: `Bearer ${this.bearer}`} : {});
  async get(path) {
    const reply = await fetch(this.url + path, {headers: this.headers()});
    const body = await reply.json();
    if (!reply.ok) throw new Error(`${reply.status} ${path}: ${JSON.stringify(body)}`);
    return body;
  }

  async post(events) {
    for (let at = 0; at < events.length; at += 1000) {
      const reply = await fetch(`${this.url}/v1/events`, {method: "POST", headers: {"content-type": "application/cloudevents-batch+json", ...this.headers()}, body: JSON.stringify(events.slice(at, at + 1000))});
      const answer = await reply.json();
      if (reply.status !== 202 || answer.rejected.length) throw new Error(`${reply.status} ${JSON.stringify(answer).slice(0, 2000)}`);
    }
  }

  /** Until those that decide and count have read nothing for a second and a half: longer than anything is put off. Messages may still be tried. */
  async rest() {
    let seen = "", since = Date.now();
    await until("it has come to rest", async () => {
      const reply = await fetch(`${this.url}/metrics`, {headers: this.headers()});
      const told = (await reply.text()).split("\n").filter((line) => /^seawall_records_total\{processor="(identity|deadline|risk|rollup)"/.test(line)).join();
      if (!reply.ok || !told) throw new Error(`${reply.status} /metrics`);
      if (told !== seen) [seen, since] = [told, Date.now()];
      return Date.now() - since > 1500;
    });
    this.rested = await this.told();
  }

  /** A check that asks more than once: again where something fell due while it asked. */
  async steady(check) {
    for (;;) {
      try {
        return await check();
      } catch (error) {
        if (this.rested === await this.told()) throw error;
        await this.rest();
      }
    }
  }

  told = async () => JSON.stringify((await this.get("/v1/warnings?limit=1")).as_of.positions);

  /** All pages of a list. */
  async all(path, member) {
    const all = [];
    let cursor = "";
    do {
      const page = await this.get(`${path}${path.includes("?") ? "&" : "?"}limit=1000${cursor ? `&cursor=${cursor}` : ""}`);
      all.push(...page[member]);
      cursor = page.next ?? "";
    } while (cursor);
    return all;
  }

  /** A generated county with its directory. */
  async county(cases) {
    const events = join(this.folder, "county.jsonl"), directory = join(this.folder, "county.yaml");
    const yesterday = new Date(Date.now() + 8 * 3600000 - 86400000).toISOString().slice(0, 10);
    const token = this.bearer ? ["--token-file", join(this.folder, "token")] : [];
    if (this.bearer) writeFileSync(join(this.folder, "token"), this.bearer, {mode: 0o600});
    await run(SEAWALL, ["generate", "--directory", "--seed", "1", "--out", directory]);
    await run(SEAWALL, ["generate", "--seed", "1", "--cases", String(cases), "--start", yesterday, "--cut", "--out", events]);
    await run(SEAWALL, ["directory", "load", directory, "--url", this.url, ...token]);
    await run(SEAWALL, ["import", "--to", this.url, ...token, events], {maxBuffer: 1 << 26});
  }
}

/** A person detained so many days ago, whose arrest nobody has requested. */
export const detained = (id, days, more = {}) => {
  const time = new Date(Date.now() - days * 86400000).toISOString();
  return {specversion: "1.0", type: "coercion.detained", id: `t-${id}`, source: "urn:test", subject: `P-${id}`, time, orgcode: "320981010000", officerid: "030001",
    data: {case_id: `A-${id}`, person_id: `P-${id}`, kind: "criminal", detained_at: time}, ...more};
};
