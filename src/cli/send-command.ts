import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type MqttClient, connectAsync } from 'mqtt'
import { parseAddress } from '../core/address.ts'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Args, Command } from './command.ts'

interface Answer {
  readonly device: string
  readonly outcome: string
  readonly detail?: string
  readonly durationMs: number
}

export const command: Command = {
  name: 'command',
  summary: 'Have a device read now, report more or less often, or be born again.',
  positionals: 'DEVICE read-now | DEVICE reporting-interval SECONDS | DEVICE rebirth',
  options: {
    mqtt: { value: 'HOST:PORT', help: 'where devices connect', default: '127.0.0.1:1883' },
    ca: { value: 'FILE', help: 'connect over TLS, to a certificate of this CA (PEM)' },
    user: { value: 'NAME', help: 'a client of the site file; its password is in BUSBAR_PASSWORD' },
    timeout: { value: 'SECONDS', help: 'what the device gets to do it', default: '10' },
    json: { help: 'the outcome as JSON' },
  },
  example: 'busbar command f1-meter-001 read-now --mqtt 127.0.0.1:1883',
  async run(args) {
    const [device = ''] = args.positionals
    const order = orderOf(args)
    const client = await enter(args)
    try {
      const answer = await ask(client, { device, order, user: args.optional('user') })
      process.stdout.write(args.flag('json') ? `${JSON.stringify(answer)}\n` : textOf(answer))
      return answer.outcome === 'done' ? 0 : 1
    } finally {
      await client.endAsync()
    }
  },
}

type Order = Readonly<Record<string, string | number>> & { readonly timeoutSeconds: number }

function orderOf(args: Args): Order {
  const [device = '', kind = '', seconds, extra] = args.positionals
  const max = limits.commandTimeoutMsMax / 1000
  const timeoutSeconds = args.integer('timeout', { min: 1, max })
  const hasSeconds = kind === 'reporting-interval'
  const isKnown = hasSeconds || kind === 'read-now' || kind === 'rebirth'
  if (/^[A-Za-z0-9._:-]+$/.test(device) && isKnown && extra === undefined) {
    if (!hasSeconds && seconds === undefined) return { command: kind, timeoutSeconds }
    if (hasSeconds && seconds !== undefined && /^[1-9]\d{0,4}$/.test(seconds))
      return { command: kind, seconds: Number(seconds), timeoutSeconds }
  }
  throw new GridError('usage', 'a device and one of its commands are needed', {
    hint: `See busbar command --help. Example: ${command.example}`,
  })
}

/** The password is never a word of the command line, which every user of the machine can read. */
async function enter(args: Args): Promise<MqttClient> {
  const text = args.required('mqtt')
  const { host, port } = parseAddress(text, '--mqtt')
  const ca = args.optional('ca')
  const username = args.optional('user')
  const password = process.env['BUSBAR_PASSWORD']
  if (username !== undefined && password === undefined) {
    throw new GridError('usage', 'the password of --user is not in BUSBAR_PASSWORD', {
      hint: 'For example: read -rs BUSBAR_PASSWORD && export BUSBAR_PASSWORD',
    })
  }
  try {
    return await connectAsync({
      protocol: ca === undefined ? 'mqtt' : 'mqtts',
      host,
      port,
      protocolVersion: 5,
      clientId: `busbar-command-${randomUUID()}`,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_MS,
      ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
      ...(username === undefined ? {} : { username, password: password ?? '' }),
    })
  } catch (cause) {
    throw new GridError('unreachable', `${text}: ${errorText(cause)}`, {
      hint: 'Is the edge running, and does it know this --user with this password?',
      cause,
    })
  }
}

async function ask(
  client: MqttClient,
  { device, order, user = 'anonymous' }: { device: string; order: Order; user: string | undefined },
): Promise<Answer> {
  const correlationData = Buffer.from(randomUUID())
  const responseTopic = `edge/answers/${user}/${randomUUID()}`
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  // Who asks must not end before the edge tells what became of it.
  const patienceMs = order.timeoutSeconds * 1000 + ANSWER_MS
  const late = setTimeout(() => {
    reject(silent('the edge said nothing; busbar audit tells whether the command was sent'))
  }, patienceMs)
  client.on('close', () => reject(silent('the edge closed the connection')))
  client.on('message', (_, payload, { properties }) => {
    if (properties?.correlationData?.equals(correlationData) === true)
      resolve(JSON.parse(payload.toString()) as Answer)
  })
  try {
    await client.subscribeAsync(responseTopic, { qos: 1 })
    const properties = { responseTopic, correlationData }
    await client.publishAsync(`edge/commands/${device}`, JSON.stringify(order), {
      qos: 1,
      properties,
    })
    return await promise
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    throw silent(errorText(cause))
  } finally {
    promise.catch(() => {})
    clearTimeout(late)
  }
}

function silent(text: string): GridError {
  return new GridError('unreachable', `no answer: ${text}`)
}

function textOf({ device, outcome, detail, durationMs }: Answer): string {
  const words = detail === undefined ? '' : ` (${detail.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')})`
  return `${device}: ${outcome}${words}, after ${durationMs} ms\n`
}

const CONNECT_MS = 10_000
/** Two commits and two ways through the network, with a disk that is busy. */
const ANSWER_MS = 10_000
