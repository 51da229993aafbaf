import { relative, resolve } from 'node:path'
import { parseAddress } from '../core/address.ts'
import { DEVICES_MAX } from '../simulator/substation.ts'
import type { Args, Command } from './command.ts'
import type { Child } from './demo/child.ts'
import { DemoCentre } from './demo/demo-centre.ts'
import { reachable, reachableText } from './demo/reachable.ts'
import { Screen } from './demo/screen.ts'
import { type Started, Substation } from './demo/substation.ts'

export const command: Command = {
  name: 'demo',
  summary: 'Run two substations with simulated devices and their centre, and watch them.',
  options: {
    data: {
      value: 'DIR',
      help: 'data folder of the first edge, kept between runs; the others lie beside it',
      default: './var/demo',
    },
    mqtt: { value: 'HOST:PORT', help: 'where the first edge listens', default: '127.0.0.1:1883' },
    http: {
      value: 'HOST:PORT',
      help: 'where its API and its console are',
      default: '127.0.0.1:8080',
    },
    'centre-http': {
      value: 'HOST:PORT',
      help: 'where those of the centre are',
      default: '127.0.0.1:8081',
    },
    devices: { value: 'N', help: 'simulated devices of each substation', default: '100' },
    rate: { value: 'R', help: 'messages per second of its devices (default 1 per device)' },
  },
  example:
    'busbar demo --devices 1000 --mqtt 127.0.0.1:18830 --http 127.0.0.1:18080 --centre-http 127.0.0.1:18081',
  async run(args) {
    args.integer('devices', { min: 1, max: DEVICES_MAX })
    const screen = new Screen(process.stdout)
    const interrupted = interruption()
    const parts = await start(args, screen)
    const { north, south, centre } = parts
    const ended = [north.edge, south.edge, centre.child]
    const ready = await Promise.race([
      Promise.all([north.ready, south.ready]),
      ...ended.map(async (child) => child.ended.then(() => child)),
      interrupted,
    ])
    if (!Array.isArray(ready)) return stopped(parts, { lost: ready, args, screen })
    const [atNorth, atSouth] = ready
    const simulators = [north.simulate(atNorth), south.simulate(atSouth)]
    screen.print(welcome(args, { north: atNorth, south: atSouth, ledger: north.ledger }))
    const stopWatching = watch(parts, screen)
    const stopPulling = pullCable(south, screen)
    const lost = await Promise.race([
      ...[...ended, ...simulators].map(async (child) => child.ended.then(() => child)),
      interrupted,
    ])
    stopPulling()
    stopWatching()
    return stopped(parts, { lost, args, screen })
  },
}

interface Parts {
  readonly north: Substation
  readonly south: Substation
  readonly centre: DemoCentre
}

/** Edges do not wait for the centre: they connect when it is there. */
async function start(args: Args, screen: Screen): Promise<Parts> {
  const data = resolve(args.required('data'))
  const onComplaint = (text: string): void => screen.print(text)
  for (const name of ['mqtt', 'http', 'centre-http']) parseAddress(args.required(name), `--${name}`)
  const common = { devices: args.required('devices'), rate: args.optional('rate'), onComplaint }
  const [north, south] = await Promise.all([
    Substation.open({
      ...common,
      id: 'north',
      seed: '1',
      name: 'North 110/10 kV',
      data,
      mqtt: args.required('mqtt'),
      http: args.required('http'),
    }),
    Substation.open({
      ...common,
      id: 'south',
      seed: '2',
      name: 'South 110/10 kV',
      data: `${data}-south`,
      mqtt: ANY_PORT,
      http: ANY_PORT,
    }),
  ])
  const http = args.required('centre-http')
  const centre = new DemoCentre({ data: `${data}-centre`, http, onComplaint })
  void centre.ready.then(({ mqtt, http: at }) => {
    north.cable.target = south.cable.target = reachable(mqtt)
    screen.print(`The centre is there, too: http://${reachableText(at)}/\n`)
  })
  return { north, south, centre }
}

const ANY_PORT = '127.0.0.1:0'

interface Ending {
  /** Whoever ended without being asked; undefined: nobody. */
  readonly lost: Child | undefined
  readonly args: Args
  readonly screen: Screen
}

async function stopped({ north, south, centre }: Parts, ending: Ending): Promise<number> {
  const { lost, args, screen } = ending
  await Promise.all([north.stop(), south.stop(), centre.stop()])
  if (lost !== undefined) return fail(lost, screen)
  screen.end(
    `\nStopped. The data stays in ${place(args.required('data'))} and beside it; the next start goes on with it.\n`,
  )
  return 0
}

/** Looks at all of them once a second until the returned function is called. */
function watch({ north, south, centre }: Parts, screen: Screen): () => void {
  let isLooking = false
  let isStopped = false
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    const seen = await Promise.all([north.look(), south.look()])
    const figures = {
      substations: seen.filter((each) => each !== undefined),
      centre: await centre.look(),
    }
    isLooking = false
    if (!isStopped && figures.substations.length === seen.length)
      screen.show(figures, performance.now())
  }
  const timer = setInterval(() => void look(), 1000)
  return () => {
    isStopped = true
    clearInterval(timer)
  }
}

/** A minute of every five the second substation has no uplink, from the second minute on. */
function pullCable({ id, cable }: Substation, screen: Screen): () => void {
  let minute = 0
  const timer = setInterval(() => {
    minute++
    if (minute % 5 === 1) {
      cable.cut()
      screen.print(`The uplink of ${id} is cut for a minute; it goes on alone.\n`)
    } else if (minute % 5 === 2) {
      cable.mend()
      screen.print(`The uplink of ${id} is there again; it sends what waited.\n`)
    }
  }, 60_000)
  return () => clearInterval(timer)
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

interface Places {
  readonly north: Started
  readonly south: Started
  readonly ledger: string
}

function welcome(args: Args, { north, south, ledger }: Places): string {
  const { host, port } = reachable(north.mqtt)
  const url = `http://${reachableText(north.http)}`
  return `
Busbar demo: two substations with ${args.required('devices')} simulated devices each, and their centre.

  MQTT 5.0   ${north.mqtt}
  HTTP       ${url}
  south      http://${reachableText(south.http)}
  data       ${place(args.required('data'))}

Try in another terminal:

  mosquitto_pub -h ${host} -p ${port} -V 5 -q 1 -t grid/my-meter/readings -m '{"values":{"voltage.a":231.2}}'
  curl '${url}/api/v1/readings?device=f1-rtu&quantity=power.active&from=-1m'
  npx busbar query --url ${url} --device f1-rtu --from -1m
  npx busbar ledger check --url ${url} --ledger ${place(ledger)}

Ctrl-C ends it.

`
}

/** As short as it can be written from here. */
function place(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? resolve(path) : short
}
