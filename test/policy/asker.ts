import { writeSync } from 'node:fs'
import { SHIPPED_FOLDER } from '../../src/cli/policy/opa.ts'
import { ExportRecord } from '../../src/policy/record.ts'
import { openGate } from '../../src/policy/thread/open-gate.ts'
import { Micros } from '../../src/core/time.ts'

// Lets one feeder after the other leave, and says which once it may, until it is killed. The first one has the number that is given.

const [directory = '', start = '0'] = process.argv.slice(2)
const { gate } = openGate(
  { site: 'ss-1', policy: { kind: 'shipped', folder: SHIPPED_FOLDER }, log: { directory } },
  { clock: () => Micros(Date.now() * 1000), onAlarm: (text) => process.stderr.write(text) },
)
const road = { destination: 'centre', channel: 'uplink', principal: 'centre' } as const
for (let feeder = Number(start); ; feeder++) {
  const subject = { kind: 'feeder', id: `f${feeder}` } as const
  const content = { kind: 'k', subject, windowSeconds: 900, members: 7, fields: {} }
  const [verdict] = await gate.ask(road, [ExportRecord.aggregate(content)])
  if (verdict?.kind === 'leaves') writeSync(1, `f${feeder}.\n`)
}
