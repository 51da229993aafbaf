import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { attacks } from '../hostile/attacks.ts'
import type { Substation } from './substation.ts'

const ATTACKER = fileURLToPath(new URL('../hostile/attacker.ts', import.meta.url))
const LOGINS = fileURLToPath(new URL('login-flood.ts', import.meta.url))

/** One of the attacks of `test/hostile`. */
export async function attackWith(name: string, place: Substation): Promise<void> {
  const { host, port } = place.mqtt
  const least = attacks[name]?.connections ?? 0
  await intrude([ATTACKER, name, host, String(port)], { least, place })
}

/** Passwords are tried, many at a time. */
export async function floodLogins(place: Substation): Promise<void> {
  await intrude([LOGINS, place.url], { least: 1, place })
}

/** Behind everybody else: on two cores attackers would be measured instead of the edge. `least`: what it must have done at the end. */
async function intrude(
  words: readonly string[],
  { least, place }: { readonly least: number; readonly place: Substation },
): Promise<void> {
  const intruder = spawn('nice', ['-n', '10', process.execPath, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const told = once(intruder.stdout, 'data')
    await place.hold()
    const ended = once(intruder, 'exit')
    intruder.stdin.end()
    const [done] = (await told) as [Buffer]
    await ended
    if (Number(done.toString()) < least) throw new Error(`${words[1]} did ${done.toString()}`)
  } finally {
    kill(intruder)
  }
}

function kill(child: ChildProcess): void {
  if (child.exitCode === null) child.kill('SIGKILL')
}
