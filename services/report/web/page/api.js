// The API of docs/openapi.yaml. Errors are RFC 9457 problems, shown with what to do.

export class Problem extends Error {
  constructor(status, document) {
    super(document?.detail || document?.title || `HTTP ${status}`);
    this.status = status;
    this.hint = document?.hint ?? "";
  }
}

export async function get(path, query) {
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, v]) => v !== "" && v !== null && v !== undefined));
  const reply = await fetch(search.size ? `${path}?${search}` : path, {headers: {accept: "application/json"}, credentials: "same-origin"});
  const body = await reply.json().catch(() => null);
  if (!reply.ok) throw new Problem(reply.status, body);
  return body;
}

/** Calls `told(warning)` for each decision as it is made; `connected(bool)` when that changes. Returns how to stop. */
export function follow(told, connected) {
  const source = new EventSource("/v1/stream");
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
  for (const type of ["warning.raised", "warning.resolved", "warning.withdrawn", "message"]) {
    source.addEventListener(type, (event) => {
      const told_ = JSON.parse(event.data);
      told({type: told_.type ?? type, ...(told_.data ?? told_), orgcode: told_.orgcode ?? told_.data?.orgcode ?? "", officerid: told_.officerid ?? told_.data?.officerid ?? ""});
    });
  }
  return () => source.close();
}
