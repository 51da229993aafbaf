import { mkdirSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Address, formatAddress, parseAddress } from '../core/address.ts'
import { PROGRAM_FOLDER } from '../core/program-folder.ts'
import { DEVICES_MAX } from '../simulator/substation.ts'
import type { Progress } from '../simulator/simulation.ts'
import type { Args, Command } from './command.ts'
import { Child } from './demo/child.ts'
import { Observer } from './demo/observer.ts'
import { Screen } from './demo/screen.ts'

const SITE = new URL('examples/demo.yaml', PROGRAM_FOLDER)
const READY = /^ready mqtt=(\S+) http=(\S+)/
/** Together under the two seconds within which Ctrl-C has to be done. */
const SIMULATOR_PATIENCE_MS = 800
const EDGE_PATIENCE_MS = 1000

export const command: Command = {
  name: 'demo',
  summary: 'Run an edge and the simulated devices of a substation, and watch them.',
  options: {
    data: {
      value: 'DIR',
      help: 'data folder of the edge; kept between runs',
      default: './var/demo',
    },
    mqtt: { value: 'HOST:PORT', help: 'where the edge listens', default: '127.0.0.1:1883' },
    http: { value: 'HOST:PORT', help: 'where the API listens', default: '127.0.0.1:8080' },
    devices: { value: 'N', help: 'simulated devices', default: '100' },
    rate: { value: 'R', help: 'messages per second of all devices (default 1 per device)' },
  },
  example: 'busbar demo --devices 1000 --mqtt 127.0.0.1:18830 --http 127.0.0.1:18080',
  async run(args) {
    args.integer('devices', { min: 1, max: DEVICES_MAX })
    const screen = new Screen(process.stdout)
    const interrupted = interruption()
    const edge = startEdge(args, screen)
    const start = await Promise.race([edge.ready, edge.child.ended, interrupted])
    if (typeof start === 'string') return fail(edge.child, screen)
    if (start === undefined) {
      await edge.child.stop(EDGE_PATIENCE_MS)
      return 0
    }
    const simulator = startSimulator(args, start, screen)
    screen.print(welcome(args, start))
    const stopWatching = watch({ start, screen, progress: simulator.progress })
    const lost = await Promise.race([
      edge.child.ended.then(() => edge.child),
      simulator.child.ended.then(() => simulator.child),
      interrupted,
    ])
    stopWatching()
    await simulator.child.stop(SIMULATOR_PATIENCE_MS)
    await edge.child.stop(EDGE_PATIENCE_MS)
    if (lost !== undefined) return fail(lost, screen)
    screen.end(
      `\nStopped. The data stays in ${place(args.required('data'))}; the next start goes on with it.\n`,
    )
    return 0
  },
}

interface Start {
  readonly mqtt: string
  readonly http: string
}

function startEdge(
  args: Args,
  screen: Screen,
): { readonly child: Child; readonly ready: Promise<Start> } {
  const { promise: ready, resolve: setReady } = Promise.withResolvers<Start>()
  const words = ['edge', '--site', fileURLToPath(SITE), '--data', args.required('data')]
  for (const name of ['mqtt', 'http']) {
    words.push(`--${name}`, formatAddress(parseAddress(args.required(name), `--${name}`)))
  }
  const child = new Child({
    name: 'edge',
    words,
    onLine: (line) => {
      const [, mqtt, http] = READY.exec(line) ?? []
      if (mqtt !== undefined && http !== undefined) setReady({ mqtt, http })
    },
    onComplaint: (text) => screen.print(text),
  })
  return { child, ready }
}

function startSimulator(
  args: Args,
  { mqtt }: Start,
  screen: Screen,
): { readonly child: Child; readonly progress: () => Progress | undefined } {
  const rate = args.optional('rate')
  const ledger = ledgerFile(args)
  mkdirSync(dirname(ledger), { recursive: true })
  const words = ['simulate', '--json', '--mqtt', reachable(mqtt), '--ledger', ledger]
  words.push('--devices', args.required('devices'), ...(rate === undefined ? [] : ['--rate', rate]))
  let last: Progress | undefined
  const child = new Child({
    name: 'simulator',
    words,
    onLine: (line) => {
      last = JSON.parse(line) as Progress
    },
    onComplaint: (text) => screen.print(text),
  })
  return { child, progress: () => last }
}

interface Watched {
  readonly start: Start
  readonly screen: Screen
  readonly progress: () => Progress | undefined
}

/** Looks at both sides once a second until the returned function is called. */
function watch({ start, screen, progress }: Watched): () => void {
  const observer = new Observer(`http://${reachable(start.http)}`)
  // The first look is what the second one is compared with.
  void observer.look()
  let looking = false
  const look = async (): Promise<void> => {
    const simulated = progress()
    if (looking || simulated === undefined) return
    looking = true
    const seen = await observer.look()
    looking = false
    if (!stopped) screen.show({ ...simulated, ...seen }, performance.now())
  }
  let stopped = false
  const timer = setInterval(() => void look(), 1000)
  return () => {
    stopped = true
    clearInterval(timer)
  }
}

/** Resolves on the first signal, or when nobody reads us any more. npm passes Ctrl-C on a second time: later ones mean nothing. */
function interruption(): Promise<undefined> {
  return new Promise((resolve) => {
    const interrupt = (): void => resolve(undefined)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt)
    process.stdout.on('error', interrupt)
  })
}

/** What the child said for itself has been passed on; where it said nothing, we do. */
async function fail(child: Child, screen: Screen): Promise<number> {
  const how = await child.ended
  if (!child.complained) screen.end(`busbar: the ${child.name} ended (${how})\n`)
  return 1
}

function welcome(args: Args, { mqtt, http }: Start): string {
  const { host, port } = parseAddress(reachable(mqtt), '--mqtt')
  const url = `http://${reachable(http)}`
  return `
Busbar demo: a substation with ${args.required('devices')} simulated devices.

  MQTT 5.0   ${mqtt}
  HTTP       ${url}
  data       ${place(args.required('data'))}

Try in another terminal:

  mosquitto_pub -h ${host} -p ${port} -V 5 -q 1 -t grid/my-meter/readings -m '{"values":{"voltage.a":231.2}}'
  curl '${url}/api/v1/readings?device=f1-rtu&quantity=power.active&from=-1m'
  npx busbar query --url ${url} --device f1-rtu --from -1m
  npx busbar ledger check --url ${url} --ledger ${place(ledgerFile(args))}

Ctrl-C ends it.

`
}

/** Beside the data folder, not inside: the folder is the edge's alone, and its size is shown. */
function ledgerFile(args: Args): string {
  return `${resolve(args.required('data'))}-ledger.json`
}

/** As short as it can be written from here. */
function place(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? resolve(path) : short
}

/** Where to connect to what listens on every interface. */
function reachable(text: string): string {
  const address: Address = parseAddress(text, 'address')
  return formatAddress(address.host === '0.0.0.0' ? { ...address, host: '127.0.0.1' } : address)
}
