import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { TestedEdge } from './mqtt/tested-edge.ts'

const isThere =
  spawnSync('mosquitto_pub', ['--help']).error === undefined &&
  spawnSync('mosquitto_sub', ['--help']).error === undefined
const skip = isThere
  ? false
  : 'mosquitto_pub and mosquitto_sub are not here (package mosquitto-clients)'

let edge: TestedEdge
before(async () => {
  if (isThere) edge = await TestedEdge.start()
})
after(async () => {
  if (isThere) await edge[Symbol.asyncDispose]()
})

const VERSIONS = ['mqttv311', 'mqttv5'] as const
const LATE_MS = 15_000

interface Ended {
  readonly code: number | null
  readonly lines: string[]
}

function start(program: 'pub' | 'sub', args: readonly string[]): ChildProcess {
  const address = ['-h', edge.mqtt.host, '-p', String(edge.mqtt.port)]
  return spawn(`mosquitto_${program}`, [...address, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What it printed until it ended by itself. */
async function ended(child: ChildProcess): Promise<Ended> {
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')))
  }
  const late = globalThis.setTimeout(() => child.kill('SIGKILL'), LATE_MS)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(late)
  return { code, lines }
}

async function publish(...args: readonly string[]): Promise<void> {
  const { code, lines } = await ended(start('pub', args))
  assert.equal(code, 0, lines.join('\n'))
}

/** Runs `begin` and waits until it has brought one more subscription. */
async function untilSubscribed<T>(begin: () => T): Promise<T> {
  const count = async (): Promise<number> =>
    (await edge.metrics()).get('busbar_mqtt_subscriptions') ?? 0
  const before = await count()
  const begun = begin()
  for (let wait = 0; (await count()) <= before; wait++) {
    assert.ok(wait < 500, 'nobody subscribed')
    await setTimeout(10)
  }
  return begun
}

/** A subscriber that prints so many messages and ends. */
function listen(args: readonly string[], count: number): Promise<{ result: Promise<Ended> }> {
  return untilSubscribed(() => ({
    result: ended(start('sub', ['-F', '%t %p q%q r%r', '-C', String(count), ...args])),
  }))
}

describe('mosquitto clients', { skip }, () => {
  for (const version of VERSIONS) {
    const v = ['-V', version]

    test(`QoS 0, 1 and 2, wildcards (${version})`, async () => {
      const { result } = await listen([...v, '-t', `${version}/#`, '-q', '2'], 3)
      for (const qos of ['0', '1', '2']) {
        await publish(...v, '-t', `${version}/${qos}`, '-m', `m${qos}`, '-q', qos)
      }
      const { code, lines } = await result
      assert.equal(code, 0)
      assert.deepEqual(
        lines,
        ['0', '1', '2'].map((qos) => `${version}/${qos} m${qos} q${qos} r0`),
      )
    })

    test(`retained messages (${version})`, async () => {
      await publish(...v, '-t', `${version}/kept`, '-m', 'x', '-q', '1', '-r')
      const kept = ['-F', '%t %p q%q r%r', '-C', '1', '-t', `${version}/kept`, '-q', '1']
      const { lines } = await ended(start('sub', [...v, ...kept]))
      assert.deepEqual(lines, [`${version}/kept x q1 r1`])
      await publish(...v, '-t', `${version}/kept`, '-n', '-r')
      const none = start('sub', [...v, '-t', `${version}/kept`, '-W', '1', '-C', '1'])
      assert.equal((await ended(none)).code, 27)
    })

    test(`a will (${version})`, async () => {
      const { result } = await listen([...v, '-t', `${version}/will`, '-q', '1'], 1)
      const will = ['--will-topic', `${version}/will`, '--will-payload', 'gone', '--will-qos', '1']
      const mortal = await untilSubscribed(() => start('sub', [...v, '-t', 'nothing', ...will]))
      mortal.kill('SIGKILL')
      assert.deepEqual((await result).lines, [`${version}/will gone q1 r0`])
    })

    test(`a session that is resumed (${version})`, async () => {
      const kept = [...v, '-i', `kept-${version}`, '-c', '-t', `${version}/queue`, '-q', '1']
      if (version === 'mqttv5') kept.push('-x', '60')
      const first = await listen(kept, 1)
      await publish(...v, '-t', `${version}/queue`, '-m', 'm0', '-q', '1')
      assert.deepEqual((await first.result).lines, [`${version}/queue m0 q1 r0`])
      for (const payload of ['m1', 'm2']) {
        await publish(...v, '-t', `${version}/queue`, '-m', payload, '-q', '1')
      }
      const again = start('sub', ['-F', '=%t %p', '-C', '2', ...kept])
      const { lines } = await ended(again)
      assert.deepEqual(lines, [`=${version}/queue m1`, `=${version}/queue m2`])
    })

    test(`a shared subscription (${version})`, async () => {
      const shared = [...v, '-t', `$share/g/${version}/shared`, '-q', '1']
      const one = await listen(shared, 2)
      const two = await listen(shared, 2)
      for (const payload of ['a', 'b', 'c', 'd']) {
        await publish(...v, '-t', `${version}/shared`, '-m', payload, '-q', '1')
      }
      const of = (...payloads: readonly string[]): string[] =>
        payloads.map((payload) => `${version}/shared ${payload} q1 r0`)
      assert.deepEqual((await one.result).lines, of('a', 'c'))
      assert.deepEqual((await two.result).lines, of('b', 'd'))
    })

    test(`what the server says of itself (${version})`, async () => {
      const args = [
        '-F',
        '%t',
        '-C',
        '3',
        '-t',
        '$SYS/broker/clients/+',
        '-t',
        '$SYS/broker/uptime',
      ]
      const { code, lines } = await ended(start('sub', [...v, ...args]))
      assert.equal(code, 0)
      const names = ['clients/connected', 'clients/total', 'uptime']
      assert.deepEqual(
        lines.sort(),
        names.map((name) => `$SYS/broker/${name}`),
      )
    })

    test(`readings, many of them (${version})`, async () => {
      const payload = '{"values":{"voltage.a":230.5}}'
      const device = `mosquitto-${version}`
      const many = ['--repeat', '50', '-q', '1', '-t', `grid/${device}/readings`, '-m', payload]
      await publish(...v, ...many)
      assert.equal((await edge.account(device))?.received, 50)
    })
  }
})
