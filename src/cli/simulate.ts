import { parseAddress } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import { parseTime } from '../core/time.ts'
import type { Progress, Simulation, SimulationSettings } from '../simulator/simulation.ts'
import type { Args, Command } from './command.ts'

const LEDGER_INTERVAL_MS = 5000
const PLAIN_INTERVAL_MS = 10_000
/** After the last sample of `--duration`; the edge may be restarting just then. */
const DRAIN_MS = 15_000
/** After Ctrl-C: what is on its way is answered within milliseconds, or not in time. */
const INTERRUPT_DRAIN_MS = 300
const EARLIEST_MS: number = Date.UTC(2020, 0, 1)

export const command: Command = {
  name: 'simulate',
  summary: 'Simulate the devices of a substation, each with its own MQTT connection.',
  options: {
    mqtt: { value: 'HOST:PORT', help: 'the edge to publish to', default: '127.0.0.1:1883' },
    devices: { value: 'N', help: 'station devices first, then meters', default: '100' },
    rate: { value: 'R', help: 'messages per second, all devices together (default 1 per device)' },
    duration: { value: 'SECONDS', help: 'how long (default until Ctrl-C)' },
    seed: { value: 'N', help: 'the same seed and start give the same readings', default: '1' },
    storm: { help: 'thunderstorms, in which voltages dip' },
    start: { value: 'RFC3339', help: 'time of the first sample (default now)' },
    ledger: { value: 'FILE', help: 'write what was acknowledged, for busbar ledger check' },
    json: { help: 'one line of JSON a second' },
  },
  example: 'busbar simulate --devices 1000 --duration 60 --ledger simulator.json',
  async run(args) {
    const { Simulation } = await import('../simulator/simulation.ts')
    const settings = await settingsOf(args)
    const simulation = new Simulation(settings)
    const ledgerFile = args.optional('ledger')
    const keepLedger = await ledgerKeeper(simulation, ledgerFile)
    keepLedger({ complete: false })
    const stopped = untilStopped(simulation, args.flag('json'))
    const ledgerTimer = setInterval(() => keepLedger({ complete: false }), LEDGER_INTERVAL_MS)
    simulation.start()
    const interrupted = await stopped
    await simulation.stop(interrupted ? INTERRUPT_DRAIN_MS : DRAIN_MS)
    clearInterval(ledgerTimer)
    keepLedger({ complete: true })
    const { progress } = simulation
    print(args.flag('json') ? progressJson(progress) : summary(progress))
    if (!interrupted && progress.sent === 0) {
      const trouble = simulation.takeTrouble()
      throw new GridError(
        'unreachable',
        `no device could connect to ${args.required('mqtt')}: ${trouble}`,
        {
          hint: 'Is an edge running there? Choose its address with --mqtt HOST:PORT.',
        },
      )
    }
    return 0
  },
}

async function settingsOf(args: Args): Promise<SimulationSettings> {
  const { DEVICES_MAX } = await import('../simulator/substation.ts')
  const { newPlan } = await import('../simulator/plan.ts')
  const deviceCount = args.integer('devices', { min: 1, max: DEVICES_MAX })
  const messagesPerSecond =
    args.optional('rate') === undefined
      ? deviceCount
      : args.integer('rate', { min: 1, max: Math.min(100_000, deviceCount * 500) })
  const seconds =
    args.optional('duration') === undefined
      ? Infinity
      : args.integer('duration', { min: 1, max: 366 * 86_400 })
  return {
    seed: args.integer('seed', { min: 0, max: 2 ** 32 - 1 }),
    isStormy: args.flag('storm'),
    address: parseAddress(args.required('mqtt'), '--mqtt'),
    plan: newPlan({ startMs: startMs(args.optional('start')), messagesPerSecond, deviceCount }),
    messages: seconds * messagesPerSecond,
  }
}

function startMs(text: string | undefined): number {
  if (text === undefined) return Date.now()
  const ms = Math.floor((parseTime(text) ?? NaN) / 1000)
  if (ms >= EARLIEST_MS) return ms
  throw new GridError('usage', `--start ${text}: an RFC 3339 time from 2020 on is needed`, {
    hint: 'For example --start 2026-03-01T06:00:00Z.',
  })
}

async function ledgerKeeper(
  simulation: Simulation,
  file: string | undefined,
): Promise<(run: { readonly complete: boolean }) => void> {
  const { writeLedger } = await import('../simulator/ledger.ts')
  return ({ complete }) => {
    if (file !== undefined) writeLedger(file, simulation.ledger(complete))
  }
}

/** Resolves with true when somebody wants it to end, with false when the last sample was taken. */
function untilStopped(simulation: Simulation, json: boolean): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const interrupt = (): void => resolve(true)
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt)
  // Whoever read our lines is gone.
  process.stdout.on('error', interrupt)
  let shownMs = 0
  const timer = setInterval(() => {
    if (simulation.finished) resolve(false)
    const now = performance.now()
    const trouble = simulation.takeTrouble()
    const intervalMs = json || process.stdout.isTTY ? 1000 : PLAIN_INTERVAL_MS
    if (now - shownMs < intervalMs) return
    shownMs = now
    const { progress } = simulation
    if (json) print(progressJson(progress))
    else print(`${progressText(progress)}${trouble === '' ? '' : ` (${trouble}; trying again)`}`)
  }, 100)
  return promise.finally(() => clearInterval(timer))
}

function progressJson(progress: Progress): string {
  return JSON.stringify({ time: new Date().toISOString(), ...progress })
}

function progressText(progress: Progress): string {
  const { connections, devices, acknowledged, refused, dropped, waiting } = progress
  return [
    `${count(connections)} of ${count(devices)} connected`,
    `${count(acknowledged)} acknowledged`,
    `P50 ${progress.ackP50Ms ?? '-'} ms`,
    `P99 ${progress.ackP99Ms ?? '-'} ms`,
    `${count(refused)} refused`,
    `${count(waiting)} waiting`,
    `${count(dropped)} dropped`,
  ].join(', ')
}

function summary(progress: Progress): string {
  const { sent, acknowledged, refused, dropped, waiting, readingsAcknowledged } = progress
  return [
    `${count(progress.devices)} devices sent ${count(sent)} messages:`,
    `${count(acknowledged)} acknowledged with ${count(readingsAcknowledged)} readings,`,
    `${count(refused)} refused, ${count(dropped)} dropped, ${count(waiting)} unanswered or unsent`,
  ].join(' ')
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
