import { migrate } from '../../src/centre/database/migrations.ts'
import { openEmbedded } from '../../src/centre/database/embedded-database.ts'
import type { Database } from '../../src/centre/database/database.ts'
import { RolloutBook } from '../../src/centre/fleet/rollout-book.ts'
import { newRollout, step } from '../../src/fleet/rollout.ts'
import { signSet } from '../../src/fleet/set.ts'
import { wavesOf } from '../../src/fleet/waves.ts'

const MINUTE_US = 60_000_000
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US
const DEVICES_EACH = 20
const OUTAGE_DAYS = 200
export const REVISION = 41

/** A database of a centre as after months with so many sites: some of them silent, late, with alarms or gaps, in the middle of a rollout. */
export async function fillCentre(directory: string, sites: number, key: string): Promise<void> {
  const database = await openEmbedded(directory)
  try {
    await migrate(database)
    const all = Array.from({ length: sites }, (_, at) => new FilledSite(at))
    await insert(
      database,
      'sites',
      all.map((each) => each.heard()),
    )
    await insert(
      database,
      'streams',
      all.map((each) => each.stream()),
    )
    await insert(
      database,
      'site_reports',
      all.map((each) => each.reported()),
    )
    await insert(
      database,
      'inventories',
      all.map((each) => each.inventory()),
    )
    await insert(
      database,
      'devices',
      all.flatMap((each) => each.devices()),
    )
    await insert(
      database,
      'events',
      all.flatMap((each) => each.events()),
    )
    await insert(
      database,
      'aggregates',
      all.slice(0, 3).flatMap((each) => each.aggregates()),
    )
    await insert(
      database,
      'outage_days',
      all.slice(0, 60).flatMap((each) => each.outages()),
    )
    await fillFleet(database, all, key)
  } finally {
    await database.close()
  }
}

/** One in so many has this or that wrong with it. */
class FilledSite {
  readonly #at: number
  readonly site: string
  readonly #nowUs = Date.now() * 1000

  constructor(at: number) {
    this.#at = at
    this.site = `${['north', 'east', 'south', 'west'][at % 4]}-${String(at).padStart(4, '0')}`
  }

  #isEach(count: number, rest = 0): boolean {
    return this.#at % count === rest
  }

  heard(): object {
    // The test takes a minute, and whoever is well is to stay so.
    const silentUs = this.#isEach(41, 7) ? (this.#at + 90) * MINUTE_US : -5 * MINUTE_US
    return {
      site: this.site,
      first_heard: this.#nowUs - 200 * DAY_US,
      last_heard: this.#nowUs - silentUs,
    }
  }

  stream(): object {
    const last = 40_000 + this.#at * 7
    const gaps = this.#isEach(67, 5)
    const pending = this.#isEach(37, 3) ? 5000 + this.#at : 0
    const here = last - pending
    return {
      site: this.site,
      stream: 'results',
      epoch: 1,
      ranges: JSON.stringify(
        gaps
          ? [
              [1, 1000],
              [1012, here],
            ]
          : [[1, here]],
      ),
      last,
      pending,
      lost: this.#isEach(500, 77) ? 250 : 0,
      oldest: pending > 0 ? this.#nowUs - 40 * MINUTE_US : 0,
      records: here,
      duplicates: this.#at % 5,
      withheld: this.#at % 100,
    }
  }

  reported(): object {
    const hasAlarms = this.#isEach(29, 2)
    const problems = this.#isEach(53, 11)
      ? ['The device f1-rtu has sent nothing for 5 min. Look at its connection.']
      : []
    const report = {
      format: 1,
      version: this.#isEach(9) ? '0.6.2' : '0.7.0',
      siteFile: 'ab'.repeat(32),
      policy: 'shipped',
      processors: ['aggregation', 'outage', 'power-quality'].map((name) => ({
        name,
        version: '1.2.0',
        digest: 'cd'.repeat(32),
        state: 'running',
        fault: '',
      })),
      set: {
        state: this.#isEach(71, 9) ? 'rolled-back' : 'good',
        digest: 'ef'.repeat(32),
        revision: 40,
        reason: this.#isEach(71, 9) ? 'No readings came after it.' : '',
        drift: this.#isEach(97, 12) ? ['site'] : [],
      },
      problems,
      problemsTotal: problems.length,
      alarms: {
        critical: hasAlarms ? 1 : 0,
        high: hasAlarms ? 2 : 0,
        medium: this.#at % 3 === 0 ? 1 : 0,
        low: this.#at % 5,
      },
      uplink: { pending: 0, oldest: null, isStuck: false },
      acknowledgementP99Seconds: 0.04 + (this.#at % 10) / 100,
      readings: 90_000_000 + this.#at,
      storage: { usedBytes: 21e9, freeBytes: 80e9, budgetBytes: 64e9 },
      certificateEnds: new Date(this.#nowUs / 1000 + 300 * 86_400_000).toISOString(),
      startedAt: new Date(this.#nowUs / 1000 - 9 * 86_400_000).toISOString(),
    }
    return { site: this.site, heard_at: this.#nowUs, report: JSON.stringify(report) }
  }

  inventory(): object {
    const counts = { devices: DEVICES_EACH, silent: 1, quarantined: 0, withheld: 0 }
    return { site: this.site, pages: 1, heard: this.#nowUs, ...counts }
  }

  devices(): readonly object[] {
    return Array.from({ length: DEVICES_EACH }, (_, at) => ({
      site: this.site,
      id: `${this.site}-meter-${String(at).padStart(3, '0')}`,
      page: 0,
      kind: at === 0 ? 'rtu' : 'meter',
      feeder: `f${at % 4}`,
      transformer: '',
      voltage_level: '',
      state: at === 1 ? 'silent' : 'known',
      heard: this.#nowUs - (at === 1 ? DAY_US : 0),
    }))
  }

  events(): readonly object[] {
    if (!this.#isEach(4)) return []
    const name = ['voltage.dip', 'voltage.swell', 'outage', 'transformer.load'][(this.#at / 4) % 4]
    const time = this.#nowUs - (this.#at + 1) * MINUTE_US
    const fields = {
      severity: 1 + ((this.#at / 4) % 4),
      value: 172.4 + (this.#at % 30),
      quality: 'good',
    }
    return [
      this.#record({
        processor: 'power-quality',
        name,
        subject: `f${this.#at % 7}`,
        time,
        end: time + 320_000,
        fields,
      }),
    ]
  }

  aggregates(): readonly object[] {
    const quarter = 15 * MINUTE_US
    const first = Math.floor(this.#nowUs / quarter) * quarter - DAY_US
    return Array.from({ length: 96 }, (_, at) => {
      const value = 2.4e6 + 8e5 * Math.sin((at / 96) * 2 * Math.PI) + 4e4 * Math.sin(at * 1.7)
      const fields = {
        value,
        min: value * 0.94,
        max: value * 1.05,
        unit: 'W',
        quality: 'good',
        method: 'sum',
        members: 120,
      }
      const time = first + at * quarter
      return this.#record({
        processor: 'aggregation',
        name: 'power.active',
        subject: 'f1',
        time,
        end: time + quarter,
        fields,
      })
    })
  }

  outages(): readonly object[] {
    const today = Math.floor(this.#nowUs / DAY_US) * DAY_US
    return Array.from({ length: OUTAGE_DAYS }, (_, at) => {
      const isStorm = at === 20
      const interrupted = isStorm ? 900 : (this.#at * 7 + at * 13) % 11
      const day = today - (at + 1) * DAY_US
      return {
        site: this.site,
        day,
        served: 1200,
        interrupted,
        minutes: interrupted * (isStorm ? 240 : 35),
        momentary: (this.#at + at) % 4,
      }
    })
  }

  #record(own: {
    processor: string
    name: string | undefined
    subject: string
    time: number
    end: number
    fields: object
  }): object {
    const fixed = {
      stream: 'results',
      subject_kind: 'feeder',
      key: 0,
      revision: 0,
      epoch: 1,
      sequence: 1,
    }
    return { site: this.site, ...fixed, ...own, fields: JSON.stringify(own.fields) }
  }
}

/** A set, and a rollout of it in its second wave, with a failure. */
async function fillFleet(
  database: Database,
  all: readonly FilledSite[],
  key: string,
): Promise<void> {
  const set = signSet(
    { revision: REVISION, title: 'Limits of winter', watchSeconds: 60, files: [] },
    key,
  )
  const nowUs = Date.now() * 1000
  await database.query(
    `INSERT INTO fleet_contents VALUES ($1, convert_to($2, 'UTF8'), $3::bigint)`,
    [set.digest, set.text, nowUs],
  )
  await insert(database, 'fleet_sets', [
    {
      digest: set.digest,
      revision: REVISION,
      title: set.manifest.title,
      signer: set.signer,
      uploaded_at: nowUs - HOUR_US,
      uploaded_by: 'ana',
    },
  ])
  const names = all.map(({ site }) => site)
  const times = { soakSeconds: 900, silentSeconds: 86_400, failedPercent: 10 }
  const plan = {
    digest: set.digest,
    revision: REVISION,
    waves: wavesOf(names, ['1', '5%', '25%', 'rest']),
    ...times,
  }
  const startMs = Date.now() - 3_600_000
  const seen = (state: string) => ({
    heardAt: Date.now(),
    digest: set.digest,
    state,
    reason: 'The rehearsal found a device twice.',
    problems: 0,
    problem: '',
  })
  let rollout = step(newRollout(plan), new Map(), startMs)
  const [first = ''] = plan.waves[0] ?? []
  const sight = new Map([[first, seen('good')]])
  rollout = step(step(rollout, sight, startMs), sight, startMs + 1_000_000)
  for (const [at, site] of (plan.waves[1] ?? []).entries())
    if (at % 3 !== 1) sight.set(site, seen(at === 12 ? 'failed' : 'good'))
  rollout = step(rollout, sight, startMs + 1_100_000)
  const book = new RolloutBook()
  await book.add(database.query, newRollout(plan), { who: 'ana', nowUs: startMs * 1000 })
  const booked = await book.last(database.query)
  if (booked !== undefined) await book.keep(database.query, booked, rollout)
  await database.query('INSERT INTO fleet_audit (time, who, what) VALUES ($1::bigint, $2, $3)', [
    startMs * 1000,
    'ana',
    `rollout 1 of set ${REVISION}`,
  ])
}

/** The columns of the table are named as the fields of the rows are. */
async function insert({ query }: Database, name: string, rows: readonly object[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).map((column) => `"${column}"`)
  await query(
    `INSERT INTO ${name} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM json_populate_recordset(NULL::${name}, $1::text::json)`,
    [JSON.stringify(rows)],
  )
}
