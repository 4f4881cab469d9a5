// The API of docs/openapi.yaml. Errors are RFC 9457 problems, shown with what to do.
import {t} from "./text.js";

export class Problem extends Error {
  constructor(status, document) {
    super(document?.detail || document?.title || (status ? `HTTP ${status}` : t("unreachable")));
    this.status = status;
    this.code = document?.code ?? "";
    this.hint = document?.hint ?? "";
  }
}

let signedOut = () => {};
/** Called when the server no longer knows who asks. */
export function onSignedOut(what) {
  signedOut = what;
}

export const withQuery = (path, query) => {
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, v]) => v !== "" && v !== null && v !== undefined));
  return search.size ? `${path}${path.includes("?") ? "&" : "?"}${search}` : path;
};

async function ask(path, options) {
  let reply;
  try {
    reply = await fetch(path, {credentials: "same-origin", ...options});
  } catch {
    throw new Problem(0, null);
  }
  const body = reply.status === 204 ? null : await reply.json().catch(() => null);
  if (reply.ok) return body;
  if (reply.status === 401 && !path.startsWith("/v1/session")) signedOut();
  throw new Problem(reply.status, body);
}

export const get = (path, query) => ask(withQuery(path, query), {headers: {accept: "application/json"}});
export const post = (path, body, headers) => ask(path, {method: "POST", headers: {"content-type": "application/json", ...headers}, body: JSON.stringify(body)});

/** Who asks, as the server sees it: {sub, org, roles: ["viewer", …], local}. */
export async function whoami() {
  const who = await get("/v1/session");
  return {...who, roles: (who.roles ?? "").split(" ").filter(Boolean)};
}
export const signIn = (token) => post("/v1/session", {token});
export const signOut = () => ask("/v1/session", {method: "DELETE"});

/** All pages of a list, `member` of each answer, `limit` entries at the most. */
export async function pages(path, query, member, limit) {
  const all = [];
  let cursor = "";
  do {
    const page = await get(path, {...query, cursor});
    all.push(...page[member]);
    cursor = page.next ?? "";
  } while (cursor && all.length < limit);
  return {all, more: Boolean(cursor)};
}
