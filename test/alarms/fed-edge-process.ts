import { createInterface } from 'node:readline'
import type { AlarmEvent } from '../../src/alarms/ports.ts'
import { formatAddress } from '../../src/core/address.ts'
import { startEdge } from '../../src/edge/edge.ts'
import { loadSite } from '../../src/edge/site/site.ts'

/** An edge whose events come from standard input, a JSON array to a line, where processors would find them. */
const [siteFile = '', directory = ''] = process.argv.slice(2)
const anywhere = { host: '127.0.0.1', port: 0 }
const say = (text: unknown): void => void process.stderr.write(`${String(text)}\n`)
const edge = await startEdge({
  site: loadSite(siteFile),
  directory,
  mqtt: anywhere,
  http: anywhere,
  onFailed: say,
  report: say,
  warn: say,
})
process.stdout.write(`ready ${formatAddress(edge.mqtt)} ${formatAddress(edge.http)}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  edge.alarms.take(JSON.parse(line) as AlarmEvent[], () => process.stdout.write('taken\n'))
}
await edge.stop()
