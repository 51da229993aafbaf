import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { type Random, seededRandom } from '../../src/core/random.ts'
import type { Finding } from '../../src/simulator/check.ts'
import type { Fault } from './faults.ts'
import { Substation, type SubstationSettings, until } from './substation.ts'
import { type Span, coveredMs } from './watch.ts'
import type { Quiet, Strike } from './year.ts'

export interface DrillSettings extends SubstationSettings {
  readonly faults: readonly Fault[]
  /** Between two faults, and up to half of it more, so that it is known what quiet is. */
  readonly quietMs: number
  /** No round of faults begins after that. */
  readonly seconds: number
  readonly onStrike: (strike: Struck) => void
}

export interface Struck extends Span {
  readonly fault: Fault
  readonly lost: number
}

export interface Outcome {
  readonly seconds: number
  readonly strikes: ReadonlyMap<Fault, readonly Strike[]>
  readonly quiet: Quiet
  /** What differs at the end between what devices saw acknowledged and what the edge has; and samples that nobody answered. */
  readonly differing: readonly string[]
  readonly acknowledgedReadings: number
  /** Ends of the edge that no fault asked for. */
  readonly falls: number
  readonly errors: readonly string[]
}

/** Every fault once, in an order of the seed's, again and again until the time is over. */
export async function runDrill(settings: DrillSettings): Promise<Outcome> {
  await using place = await Substation.open(settings)
  const random = seededRandom(settings.seed)
  const startMs = performance.now()
  const struck: Struck[] = []
  const endMs = startMs + settings.seconds * 1000
  do {
    for (const fault of shuffled(settings.faults, random)) {
      await pause(settings.quietMs * (1 + random() / 2))
      const one = await strike(fault, place, struck)
      struck.push(one)
      settings.onStrike(one)
    }
  } while (performance.now() < endMs)
  await pause(settings.quietMs)
  const whole = { fromMs: startMs, toMs: performance.now() }
  const unanswered = await place.settle()
  const last = await check(place, { complete: true })
  const differing = last.findings.flatMap(({ device, faults }) =>
    faults.map((each) => `${device}: ${each}`),
  )
  if (unanswered > 0) differing.push(`${unanswered} samples were never answered`)
  await until(async () => (await problemsOf(place)).length === 0, 'the edge has no problem left')
  if (settings.hasCentre) differing.push(...(await awaitUplink(place)))
  return {
    seconds: (whole.toMs - whole.fromMs) / 1000,
    strikes: strikesOf(place, struck),
    quiet: quietOf(place, { struck, whole }),
    differing,
    acknowledgedReadings: last.acknowledged,
    falls: place.edge.falls,
    errors: place.edge.errors,
  }
}

function shuffled(faults: readonly Fault[], random: Random): readonly Fault[] {
  const order = faults.map((fault) => ({ fault, at: random() }))
  return order.toSorted((one, other) => one.at - other.at).map(({ fault }) => fault)
}

async function strike(fault: Fault, place: Substation, before: readonly Struck[]): Promise<Struck> {
  const fromMs = performance.now()
  await fault.strike(place)
  await place.recovered()
  const toMs = performance.now()
  const missed = lostOf((await check(place, { complete: false })).findings)
  return { fault, fromMs, toMs, lost: missed - before.reduce((sum, { lost }) => sum + lost, 0) }
}

interface Check {
  readonly acknowledged: number
  /** Devices whose two sides do not agree. */
  readonly findings: readonly Finding[]
}

/** `busbar ledger check`. */
async function check(place: Substation, ledger: { readonly complete: boolean }): Promise<Check> {
  const file = place.writeLedger(ledger.complete)
  const [program = ''] = place.settings.versions
  const words = ['ledger', 'check', '--ledger', file, '--url', place.url, '--json']
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const [said, complaint] = await Promise.all([text(child.stdout), text(child.stderr)])
  await ended
  if (said === '') throw new Error(`busbar ledger check: ${complaint}`)
  const verdict = JSON.parse(said) as { acknowledged: number; differing: readonly Finding[] }
  return { acknowledged: verdict.acknowledged, findings: verdict.differing }
}

function lostOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { missing, wrong, twice }) => sum + missing + wrong + twice, 0)
}

/** All that was kept for the centre arrives there; what does not is told. */
async function awaitUplink(place: Substation): Promise<readonly string[]> {
  const isSent = async (): Promise<boolean> => (await uplinkOf(place)).pending === 0
  await until(isSent, 'the centre has what waited for it')
  return (await uplinkOf(place)).streams
    .filter(({ last, acknowledged }) => acknowledged !== last)
    .map(({ stream }) => `${stream}: the centre does not have all of it`)
}

async function problemsOf(place: Substation): Promise<readonly string[]> {
  return ((await place.get('/healthz')) as { readonly problems: readonly string[] }).problems
}

interface Uplink {
  readonly pending: number
  readonly streams: readonly {
    readonly stream: string
    readonly last: number
    readonly acknowledged: number
  }[]
}

async function uplinkOf(place: Substation): Promise<Uplink> {
  return ((await place.get('/api/v1/uplink')) as { readonly uplink: Uplink }).uplink
}

function strikesOf(
  place: Substation,
  struck: readonly Struck[],
): ReadonlyMap<Fault, readonly Strike[]> {
  const silences = place.watches.flatMap((watch) => watch.silences)
  return Map.groupBy(
    struck.map((span) => ({
      ...place.samples.count((life) => overlap(life, span)),
      fault: span.fault,
      lost: span.lost,
      lastedMs: span.toMs - span.fromMs,
      unansweredMs: coveredMs(silences.filter((each) => overlap(each, span))),
    })),
    ({ fault }) => fault,
  )
}

function quietOf(
  place: Substation,
  { struck, whole }: { readonly struck: readonly Span[]; readonly whole: Span },
): Quiet {
  const silences = place.watches.flatMap((watch) => watch.silences)
  const isQuiet = (each: Span): boolean =>
    overlap(each, whole) && !struck.some((span) => overlap(each, span))
  return {
    ...place.samples.count(isQuiet),
    lastedMs: whole.toMs - whole.fromMs - coveredMs(struck),
    unansweredMs: coveredMs(silences.filter(isQuiet)),
  }
}

/** What began just before a fault and ended in it belongs to it as a whole. */
function overlap(one: Span, other: Span): boolean {
  return one.fromMs < other.toMs && one.toMs > other.fromMs
}
