import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { attacks } from './hostile/attacks.ts'
import { GoodLoad } from './hostile/good-load.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'

/**
 * The aim is 20 ms while an attack runs, on a machine that has nothing else to do: `BUSBAR_TEST_P99_MS=20 BUSBAR_TEST_ATTACK_SECONDS=10
 * node --test test/hostile.test.ts` asserts it. Here, edge, attackers, good client and whatever else the machine is busy with share
 * two cores, so the bound is one that an edge which is held up by an attack misses by far and a busy machine does not, and the
 * best of a few attempts counts. What must hold in every attempt: all is acknowledged and stored, and memory stays in its bound.
 */
const P99_MS = Number(process.env['BUSBAR_TEST_P99_MS'] ?? 400)
const SECONDS = Number(process.env['BUSBAR_TEST_ATTACK_SECONDS'] ?? 2)
const ATTEMPTS = 3
const MEGABYTES = 300
/** Until compilers and caches have settled, and until the attackers are all there. */
const WARM_UP_MS = 500
const ATTACKER = fileURLToPath(new URL('./hostile/attacker.ts', import.meta.url))

/** Behind everybody else: on two cores attackers would be measured instead of the edge. */
function startAttack(name: string, edge: TestedEdge): ChildProcess {
  const { host, port } = edge.mqtt
  const args = ['-n', '10', process.execPath, ATTACKER, name, host, String(port)]
  return spawn('nice', args, { stdio: ['pipe', 'pipe', 'inherit'] })
}

async function endAttack(attacker: ChildProcess): Promise<number> {
  const told = once(attacker.stdout as NodeJS.ReadableStream, 'data')
  const late = AbortSignal.timeout(20_000)
  late.addEventListener('abort', () => attacker.kill('SIGKILL'))
  attacker.stdin?.end()
  const ended = once(attacker, 'exit')
  const [opened] = (await told) as [Buffer]
  await ended
  return Number(opened.toString())
}

interface Outcome {
  readonly quietMs: number
  readonly p99Ms: number
  readonly opened: number
}

async function attempt(name: string): Promise<Outcome> {
  await using edge = await TestedEdge.start()
  const load = await GoodLoad.start(edge.mqtt)
  await setTimeout(WARM_UP_MS)
  load.reset()
  await setTimeout(WARM_UP_MS)
  const quietMs = load.p99Ms
  const attacker = startAttack(name, edge)
  await setTimeout(WARM_UP_MS)
  load.reset()
  await setTimeout(SECONDS * 1000)
  const { p99Ms } = load
  const grownMb = edge.grownMb()
  const opened = await endAttack(attacker)
  const sent = await load.finish()
  assert.ok(sent !== undefined, 'all was acknowledged')
  let stored = 0
  for (const device of load.devices) stored += (await edge.account(device))?.stored ?? 0
  assert.equal(stored, sent)
  assert.ok(grownMb < MEGABYTES, `the edge grew by ${Math.round(grownMb)} MB`)
  if (process.env['BUSBAR_TEST_FIGURES'] !== undefined) {
    const figures = [quietMs, p99Ms, load.maxMs].map((ms) => ms.toFixed(1)).join(', ')
    console.log(`# ${name}: P99 before, P99, longest ${figures} ms; ${Math.round(grownMb)} MB`)
  }
  return { quietMs, p99Ms, opened }
}

describe('a client that behaves, at 1,000 messages a second', { skip: isNotLinux() }, () => {
  for (const [name, { connections }] of Object.entries(attacks)) {
    test(`beside: ${name}`, async () => {
      const seen: string[] = []
      for (let count = 0; count < ATTEMPTS; count++) {
        const { quietMs, p99Ms, opened } = await attempt(name)
        assert.ok(opened >= connections, `${opened} connections attacked`)
        if (p99Ms <= P99_MS) return
        seen.push(`${p99Ms.toFixed(1)} ms (${quietMs.toFixed(1)} ms before)`)
      }
      assert.fail(`P99 was ${seen.join(', ')}; at most ${P99_MS} ms`)
    })
  }
})

/** Attackers come from an address of their own, which loopback has only there. */
function isNotLinux(): string | false {
  return process.platform === 'linux' ? false : 'needs more addresses than one'
}
