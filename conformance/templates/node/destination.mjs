// A Cordial destination in plain Node (18 or newer) without libraries. Put your own code into `deliver`.

// What a Segment event becomes: a path of Cordial's Segment ingest, and a body.
function requestOf(event, settings) {
  const user = event.userId ?? undefined, traits = event.traits ?? {};
  const identities = { userIdentities: { [settings.primaryKey]: user ?? null }, segmentId: user };
  const who = { ...identities, anonymousId: event.anonymousId ?? undefined, segmentIdKey: settings.segmentIdKey };
  if (event.type === "identify") {
    const find = (path) => path.split(".").reduce((value, name) => value?.[name], { user_id: user, ...traits });
    const rows = settings.integration?.attributeMapping ?? [];
    const pairs = rows.map((row) => [row.cordialKey, find(row.segmentField) ?? undefined]);
    return ["upsertContact", { ...who, attributes: Object.fromEntries(pairs) }];
  }
  if (event.type === "group")
    return ["addContactToList", { ...who, groupId: event.groupId ?? undefined, listName: traits.name ?? undefined }];
  const action = event.type === "page" ? "pageView" : event.event ?? undefined;
  const properties = event.properties ?? undefined;
  return ["createContactactivity", { ...who, action, time: event.timestamp ?? undefined, properties }];
}

// What became of an event: `delivered`, `rejected` (final), `retryable`, or `dropped` (not sent on purpose).
export async function deliver(event, settings) {
  const [path, body] = requestOf(event, settings);
  const headers = { "x-api-key": settings.apiKey, "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(body), redirect: "manual" };
  try {
    const reply = await fetch(`${settings.endpoint}/api/segment/${path}`, { ...request, signal: AbortSignal.timeout(settings.timeoutMs ?? 9000) });
    const message = await reply.text();
    const later = [408, 423, 429].includes(reply.status) || (reply.status >= 500 && reply.status !== 501);
    const outcome = reply.ok ? "delivered" : later ? "retryable" : "rejected";
    const retryAfterMs = later ? milliseconds(reply.headers.get("retry-after") ?? "") : undefined;
    return { outcome, status: reply.status, message, retryAfterMs };
  } catch (failure) {
    return { outcome: "retryable", message: String(failure.cause ?? failure) };
  }
}

// `Retry-After` is a number of seconds or a date.
function milliseconds(text) {
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : / GMT$/.test(text) ? Date.parse(text) - Date.now() : NaN;
  return wait >= 0 ? Math.min(wait, Number.MAX_SAFE_INTEGER) : undefined;
}
