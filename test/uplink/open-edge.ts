import { formatAddress } from '../../src/core/address.ts'
import { startEdge } from '../../src/edge/edge.ts'
import { loadSite } from '../../src/edge/site/site.ts'
import type { Gate } from '../../src/uplink/gate.ts'

/** An edge whose gate lets everything out but single remarks, so that a test can compare both ends to the unit. */
const gate: Gate = {
  ask: async (candidates) =>
    candidates.map(({ fields }) =>
      fields['limit'] === KEPT_LIMIT ? { kind: 'stays' } : { kind: 'leaves', redacted: [] },
    ),
}
/** Events beyond this threshold stay. */
const KEPT_LIMIT = 49

const [siteFile = '', directory = ''] = process.argv.slice(2)
const anywhere = { host: '127.0.0.1', port: 0 }
const say = (text: unknown): void => void process.stderr.write(`${String(text)}\n`)
const edge = await startEdge({
  site: loadSite(siteFile),
  directory,
  mqtt: anywhere,
  http: anywhere,
  gate,
  onFailed: say,
  report: say,
  warn: say,
})
process.once('SIGTERM', () => void edge.stop())
process.stdout.write(`ready mqtt=${formatAddress(edge.mqtt)} http=${formatAddress(edge.http)}\n`)
