// The adapter lets destination.mjs be judged, which is where your own code goes.
// One JSON object per line comes in on stdin, one goes out on stdout; print everything else to stderr.
import { createInterface } from "node:readline";
import { deliver } from "./destination.mjs";

const destination = { name: "my-destination", version: "1", language: "node" };
const capabilities = ["identify", "group", "track", "page"];
const instances = new Map();
async function answer({ op, instance, settings, events }) {
  if (op === "hello") return { protocol: 1, destination, dialect: "actions", capabilities, retry: "classify" };
  if (op === "open") instances.set(instance, settings);
  const results = [];
  for (const event of events ?? []) results.push(await deliver(event, instances.get(instance)));
  return op === "deliver" ? { results } : {}; // nothing is pending once `deliver` has returned
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const request = JSON.parse(line);
  const reply = await answer(request).catch((fault) => ({ error: { message: String(fault) } }));
  process.stdout.write(`${JSON.stringify({ id: request.id, ...reply })}\n`, () => request.op === "bye" && process.exit());
});
