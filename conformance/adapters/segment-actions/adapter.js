// Segment's own Cordial destination under the conformance protocol: JSON lines on stdin and stdout.
// The vendor's code does the work; this file only wires it up and classifies the outcome.
// Stdout is for the protocol alone, and the vendor's code may print: everything else goes to stderr.
const print = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr)

const { Destination } = require('@segment/actions-core')
// Not the package root: that one needs modules which it does not declare.
const { default: definition } = require('@segment/action-destinations/dist/destinations/cordial')
const { version } = require('@segment/action-destinations/package.json')

// What a customer sets up in Segment's user interface: one subscription per action that has a trigger. Its field
// defaults name neither the contact's identity nor its attributes, so these come from the scenario's settings.
function subscriptions({ primaryKey = 'channels.email.address', integration }) {
  const path = (row) => ({ '@path': row.segmentField === 'user_id' ? '$.userId' : `$.traits.${row.segmentField}` })
  const attributes = Object.fromEntries((integration?.attributeMapping ?? []).map((row) => [row.cordialKey, path(row)]))
  const own = { userIdentities: { [primaryKey]: { '@path': '$.userId' } }, attributes }
  return Object.entries(definition.actions).filter(([, action]) => action.defaultSubscription).map(([slug, action]) => {
    const fields = Object.entries(action.fields).map(([name, field]) => [name, own[name] ?? field.default])
    const mapping = Object.fromEntries(fields.filter(([, value]) => value !== undefined))
    return { partnerAction: slug, name: action.title, enabled: true, subscribe: action.defaultSubscription, mapping }
  })
}

// As Segment's platform does: the client inside waits for ever for the rest of a reply that was cut off.
function within(ms, work) {
  let timer
  const over = new Promise((_, reject) => (timer = setTimeout(reject, ms, new Error('the platform waits no longer'))))
  return Promise.race([work, over]).finally(() => clearTimeout(timer))
}

async function deliver({ destination, settings, patience }, event) {
  try {
    const results = [] // One subscription after the other, so that a run always gives the same exchange.
    let failure
    for (const subscription of settings.subscriptions) {
      const one = within(patience, destination.onEvent(event, { ...settings, subscriptions: [subscription] }))
      await one.then((done) => results.push(...done), (error) => (failure ??= error))
    }
    if (failure) throw failure
    const status = destination.responses.splice(0).at(-1)?.status
    return results.some((result) => result.output === 'Action Executed') ? { outcome: 'delivered', status } : { outcome: 'dropped' }
  } catch (error) { // As Segment's platform does; an error without a status never got an answer (network, timeout).
    const status = error.response?.status ?? error.status
    const final = status < 500 ? ![408, 423, 429].includes(status) : status === 501
    const after = error.response?.headers.get('retry-after')
    const wait = /^\d+$/.test(after) ? after * 1000 : Date.parse(after) - Date.now()
    const retryAfterMs = final || !(wait >= 0) ? undefined : Math.min(Math.ceil(wait), Number.MAX_SAFE_INTEGER)
    return { outcome: final ? 'rejected' : 'retryable', status, retryAfterMs, message: `${error.name}: ${error.message}` }
  }
}

const instances = new Map()
const operations = {
  hello: () => ({
    protocol: 1, destination: { name: 'segment-actions', version, language: 'javascript' },
    dialect: 'actions', capabilities: ['identify', 'group', 'track', 'page', 'alias', 'cart', 'orders'], retry: 'classify',
  }),
  open: ({ instance, settings: { endpoint, apiKey, segmentIdKey, timeoutMs = 10000, ...others } }) => {
    const extendRequest = (data) => ({ ...definition.extendRequest?.(data), timeout: timeoutMs })
    const settings = { endpoint, apiKey, ...(segmentIdKey && { segmentIdKey }), subscriptions: subscriptions(others) }
    const destination = new Destination({ ...definition, extendRequest })
    instances.set(instance, { destination, settings, patience: timeoutMs + 1000 }) // The client's own limit comes first.
  },
  deliver: async ({ instance, events }) => { // Nothing is left pending afterwards, so `drain` has nothing to do.
    if (!instances.has(instance)) throw new Error(`instance "${instance}" is not open`)
    const results = []
    for (const event of events) results.push(await deliver(instances.get(instance), event))
    return { results }
  },
  drain: () => {}, close: ({ instance }) => void instances.delete(instance), bye: () => {},
}

require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, op, ...request } = JSON.parse(line)
  const known = operations[op] ?? (() => ({ unsupported: true, reason: `no operation "${op}"` }))
  const reply = await Promise.resolve(request).then(known).catch((error) => ({ error: { message: String(error) } }))
  print(JSON.stringify({ id, ...reply }) + '\n', () => op === 'bye' && process.exit(0))
})
