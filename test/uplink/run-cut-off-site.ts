import { uplink } from '../../src/edge/site/uplink.ts'
import { CutOffSite } from './cut-off-site.ts'
import { OfflineDays } from './offline-days.ts'

const COMMIT_RECORDS = 250

/** Finds the records of some days until it is killed, or has found so many. */
const order = JSON.parse(process.argv[2] ?? '') as {
  readonly site: string
  readonly directory: string
  readonly url: string
  readonly days: { readonly startUs: number; readonly days: number; readonly records: number }
  readonly upTo: number
}
const site = new CutOffSite({
  ...order,
  uplink: uplink.parse({ url: order.url }),
  isPolicyChanged: false,
  days: new OfflineDays(order.days),
})
while (site.found < order.upTo) {
  site.find(Math.min(COMMIT_RECORDS, order.upTo - site.found))
  process.stdout.write(`${site.found}\n`)
  await new Promise((resolve) => setImmediate(resolve))
}
site.stop()
