import { type Credit, type Reading, creditsOf, isUsable } from './reference-registers.ts'
import { type Row, correlation, covariance, partial, regression } from './reference-statistics.ts'

export interface Action {
  readonly reading?: Reading
  readonly tick?: number
}

export interface Setup {
  readonly members: readonly string[]
  readonly nominalV: number
  readonly resistanceOhm: number
  readonly stations: {
    readonly ratedVa: number
    readonly noLoadLossW: number
    readonly loadLossW: number
  }
  readonly days: number
  readonly daysOver: number
  readonly excessPercent: number
}

export interface Found {
  readonly name: string
  readonly subject: string
  /** Microseconds. */
  readonly time: number
  readonly end: number
  readonly value: number
  readonly fields: Readonly<Record<string, number>>
}

const WIDTH = 900_000_000
const DAY = 96 * WIDTH
const LATENESS = 2 * WIDTH
const HOURS = 0.25

interface Balance {
  readonly interval: number
  readonly supplied: number
  readonly sold: number
  readonly technical: number
  readonly flagged: number
  /** Wh by member. */
  readonly energies: readonly number[]
}

interface Sample {
  readonly interval: number
  readonly balance: Balance | undefined
  readonly voltages: readonly (number | undefined)[]
  readonly head: readonly (number | undefined)[]
}

/**
 * One feeder whose head has one register and whose meters have one each, in plain TypeScript: all that was ever heard is looked at at once. Meters
 * name their voltage a.
 */
export function reference(actions: readonly Action[], setup: Setup): Found[] {
  const found: Found[] = []
  const judge = new Judge(setup, found)
  for (const sample of samplesOf(actions, setup)) judge.take(sample)
  const last = actions.findLast(({ tick }) => tick !== undefined)?.tick ?? 0
  judge.finish(last)
  return found
}

/** Intervals in the order in which they were complete or given up. */
function samplesOf(actions: readonly Action[], setup: Setup): Sample[] {
  const usable = actions.flatMap(({ reading }, index) =>
    reading !== undefined && isUsable(reading) ? [{ ...reading, index }] : [],
  )
  const of = (subject: string, quantity: string): (Reading & { readonly index: number })[] =>
    usable.filter((one) => one.subject === subject && one.quantity === quantity)
  const books = ['head', ...setup.members].map((subject) => {
    const credits = creditsOf(of(subject, 'energy.active.import'), WIDTH)
    return new Map(credits.map((credit) => [credit.interval, credit]))
  })
  const byInterval = Map.groupBy(usable, ({ subject, quantity, time }) => {
    return `${subject} ${quantity} ${Math.floor(time / WIDTH)}`
  })
  const intervals = new Set(usable.map(({ time }) => Math.floor(time / WIDTH)))
  for (const book of books) for (const interval of book.keys()) intervals.add(interval)
  const closings: (Sample & { readonly index: number })[] = []
  for (const interval of intervals) {
    const credits = books.map((book) => book.get(interval))
    const expiry = actions.findIndex(({ tick = 0 }) => tick >= (interval + 1) * WIDTH + LATENESS)
    const complete = Math.max(...credits.map((credit) => credit?.index ?? Infinity))
    const index = Math.min(complete, expiry === -1 ? Infinity : expiry)
    if (index === Infinity) continue
    const meanOf = (subject: string, quantity: string, power: number): number | undefined => {
      const all = byInterval.get(`${subject} ${quantity} ${interval}`) ?? []
      const values = all.filter((one) => one.index < index).map(({ value }) => value ** power)
      if (values.length === 0) return undefined
      return values.reduce((sum, value) => sum + value, 0) / values.length
    }
    const squares = ['a', 'b', 'c'].map((phase) => meanOf('head', `current.${phase}`, 2))
    const isComplete = complete === index
    const known = credits.filter((credit) => credit !== undefined)
    closings.push({
      index,
      interval,
      balance: isComplete ? balanceOf({ interval, credits: known, squares, setup }) : undefined,
      voltages: setup.members.map((member) => meanOf(member, 'voltage.a', 1)),
      head: ['a', 'b', 'c'].map((phase) => meanOf('head', `voltage.${phase}`, 1)),
    })
  }
  return closings.toSorted((one, other) => one.index - other.index || one.interval - other.interval)
}

interface Known {
  readonly interval: number
  readonly credits: readonly Credit[]
  readonly squares: readonly (number | undefined)[]
  readonly setup: Setup
}

function balanceOf({ interval, credits, squares, setup }: Known): Balance {
  const [head, ...members] = credits
  const supplied = head?.energyWh ?? 0
  const measured = squares.filter((square) => square !== undefined)
  const { nominalV, resistanceOhm, stations } = setup
  const fromPower = (supplied / HOURS / Math.sqrt(3) / nominalV) ** 2
  const square =
    measured.length === 0 ? fromPower : measured.reduce((a, b) => a + b, 0) / measured.length
  const beta = (Math.sqrt(3) * nominalV * Math.sqrt(square)) / stations.ratedVa
  const powerW = 3 * square * resistanceOhm + stations.noLoadLossW + stations.loadLossW * beta ** 2
  return {
    interval,
    supplied,
    sold: members.reduce((sum, { energyWh }) => sum + energyWh, 0),
    technical: powerW * HOURS,
    flagged: credits.filter(({ isFlagged }) => isFlagged).length,
    energies: members.map(({ energyWh }) => energyWh),
  }
}

/** Day by day: sums, the alarm, suspects, phases. */
class Judge {
  readonly #setup: Setup
  readonly #found: Found[]
  readonly #samples: (Sample & { weight: number })[] = []
  readonly #verdicts: boolean[] = []
  readonly #told = new Map<string, number>()
  #day: number | undefined
  #since = 0

  constructor(setup: Setup, found: Found[]) {
    this.#setup = setup
    this.#found = found
  }

  take(sample: Sample): void {
    const day = Math.floor((sample.interval * WIDTH) / DAY)
    if (this.#day !== undefined && day > this.#day) this.#close(this.#day)
    this.#day = day
    this.#samples.push({ ...sample, weight: 1 })
    if (sample.balance === undefined) return
    const start = sample.interval * WIDTH
    this.#balance([sample.balance], { start, end: start + WIDTH, fields: {} })
  }

  finish(now: number): void {
    if (this.#day !== undefined && (this.#day + 1) * DAY + LATENESS <= now) this.#close(this.#day)
  }

  #balance(
    balances: readonly Balance[],
    { start, end, fields }: { start: number; end: number; fields: Record<string, number> },
  ): number {
    const sum = (of: (one: Balance) => number): number =>
      balances.reduce((total, one) => total + of(one), 0)
    const supplied = sum((one) => one.supplied)
    const sold = sum((one) => one.sold)
    const technical = sum((one) => one.technical)
    const loss = supplied - sold
    const nontechnical = loss - technical
    const flagged = sum((one) => one.flagged)
    const all = { supplied, sold, loss, technical, nontechnical, flagged, ...fields }
    const value = supplied > 0 ? (100 * loss) / supplied : 0
    this.#found.push({
      name: 'energy.balance',
      subject: 'f1',
      time: start,
      end,
      value,
      fields: all,
    })
    return supplied > 0 ? (100 * nontechnical) / supplied : Number.NaN
  }

  #close(day: number): void {
    const start = day * DAY
    const balances = this.#samples.flatMap(({ interval, balance }) =>
      balance !== undefined && Math.floor((interval * WIDTH) / DAY) === day ? [balance] : [],
    )
    const coverage = (100 * balances.length) / 96
    const fields = { coverage, samples: balances.length, missing: 96 - balances.length }
    const percent = this.#balance(balances, { start, end: start + DAY, fields })
    if (coverage >= 80 && !Number.isNaN(percent)) this.#alarm(start, percent)
    if (this.#since > 0) this.#suspect(start)
    this.#guess(start)
    const { days } = this.#setup
    for (const sample of this.#samples) sample.weight *= days / (days + 1)
  }

  #alarm(start: number, percent: number): void {
    const { days, daysOver, excessPercent } = this.#setup
    this.#verdicts.push(percent > excessPercent)
    const over = this.#verdicts.slice(-days).filter((isOver) => isOver).length
    const isOver = over >= daysOver
    if (!isOver && this.#since === 0) return
    if (this.#since === 0) this.#since = start
    const at = { name: 'feeder.non-technical-loss', subject: 'f1', time: this.#since }
    this.#found.push({ ...at, end: isOver ? 0 : start, value: percent, fields: { days: over } })
    if (!isOver) this.#since = 0
  }

  #suspect(start: number): void {
    const complete = this.#samples.flatMap(({ weight, balance, voltages }) =>
      balance === undefined ? [] : [{ weight, balance, voltages }],
    )
    const suspects = this.#setup.members.map((subject, member) => {
      const rows: Row[] = []
      const witness: Row[] = []
      for (const { weight, balance, voltages } of complete) {
        const values = [
          balance.energies[member] ?? 0,
          balance.supplied - balance.sold - balance.technical,
        ]
        rows.push({ weight, values })
        const heard = voltages.filter((one) => one !== undefined)
        const own = voltages[member]
        if (own === undefined || heard.length < 2) continue
        const mean = heard.reduce((a, b) => a + b, 0) / heard.length
        witness.push({ weight, values: [...values, own - mean] })
      }
      const profile = correlation(rows, 0, 1)
      const says = -partial(witness, [1, 2, 0])
      const weight = rows.reduce((sum, row) => sum + row.weight, 0)
      const score = Math.max(profile, 0) + (1 - Math.max(profile, 0)) * Math.max(says, 0)
      const slope = covariance(rows, 0, 1) / covariance(rows, 0, 0)
      return { subject, score: weight < 48 ? 0 : score, profile, says, slope }
    })
    const named = suspects
      .filter(({ score }) => score > 0)
      .toSorted((one, other) => other.score - one.score)
      .slice(0, 5)
    for (const [index, { subject, score, profile, says, slope }] of named.entries()) {
      const fields = { rank: index + 1, correlation: profile, voltage: says, slope }
      const at = { name: 'loss.suspect', subject, time: start, end: start + DAY }
      this.#found.push({ ...at, value: score, fields })
    }
  }

  #guess(start: number): void {
    for (const [member, subject] of this.#setup.members.entries()) {
      const rows = this.#samples.flatMap(({ weight, voltages, head }): Row[] => {
        const values = [voltages[member], ...head].filter((one) => one !== undefined)
        return values.length === 4 ? [{ weight, values }] : []
      })
      if (rows.reduce((sum, { weight }) => sum + weight, 0) < 48) continue
      const shares = regression(rows)
      const [best = 0, second = 0] = shares.toSorted((one, other) => other - one)
      const phase = shares.indexOf(best)
      if (best - second < 0.1 || this.#told.get(subject) === phase) continue
      this.#told.set(subject, phase)
      const fields = {
        margin: best - second,
        'correlation.a': correlation(rows, 0, 1),
        'correlation.b': correlation(rows, 0, 2),
        'correlation.c': correlation(rows, 0, 3),
      }
      const at = { name: 'phase.hint', subject, time: start, end: start + DAY }
      this.#found.push({ ...at, value: phase + 1, fields })
    }
  }
}
