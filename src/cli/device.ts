import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { assert } from '../core/assert.ts'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { Micros, formatTime } from '../core/time.ts'
import { CHOSEN, GENERATED, hashPassword } from '../core/password-hash.ts'
import { type AdoptedDevice, type DeviceRecord, DeviceStore } from '../edge/access/device-store.ts'
import { siteFileLine } from '../edge/adoption.ts'
import {
  CHOSEN_ITERATIONS,
  GENERATED_ITERATIONS,
  scramVerifier,
} from '../edge/access/scram-verifier.ts'
import type { Args, Command } from './command.ts'

export const command: Command = {
  name: 'device',
  summary: 'Give devices their secrets, replace them, or take them away.',
  positionals: 'add ID | list | rotate ID | revoke ID | hash',
  options: {
    data: { value: 'DIR', help: 'the data folder of the edge, which may be running' },
    json: { help: 'the answer as JSON' },
    'site-file': { help: 'list: the devices adopted in the console, as lines for the site file' },
  },
  example: 'busbar device add f1-meter-001 --data var/demo',
  run,
}

async function run(args: Args): Promise<number> {
  const [action = '', id = '', ...rest] = args.positionals
  if (action === 'hash' && id === '') return hash()
  const takesId = action === 'add' || action === 'rotate' || action === 'revoke'
  if ((!takesId && action !== 'list') || rest.length > 0 || takesId === (id === '')) {
    throw new GridError('usage', 'device: add ID, list, rotate ID, revoke ID or hash is needed', {
      hint: `Example: ${command.example}`,
    })
  }
  if (takesId && !/^[A-Za-z0-9._:-]{1,128}$/.test(id)) {
    throw new GridError('usage', `"${id}" is no id: 1 to 128 characters of A-Z a-z 0-9 . _ : -`)
  }
  using store = new DeviceStore(args.required('data'))
  const json = args.flag('json')
  if (action === 'list' && args.flag('site-file')) return listLines(store)
  if (action === 'list') return list(store, json)
  if (action === 'revoke') return revoke(store, { id, json })
  return give(store, { id, json, isKnown: action === 'rotate' })
}

interface Request {
  readonly id: string
  readonly json: boolean
}

/** A new secret. It is on standard output alone, so that it can go into a file or another program. */
function give(
  store: DeviceStore,
  { id, json, isKnown }: Request & { readonly isKnown: boolean },
): number {
  const known = store.get(id)
  const hasSecret = known !== undefined && known.revokedMs === undefined
  if (hasSecret && !isKnown) {
    throw new GridError('input', `device ${id} has a secret already`, {
      hint: `busbar device rotate ${id} replaces it.`,
    })
  }
  if (!hasSecret && isKnown) {
    throw new GridError('not-found', `device ${id} has no secret to replace`, {
      hint: `busbar device add ${id} gives it one.`,
    })
  }
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const scram = scramVerifier(secret, GENERATED_ITERATIONS)
  assert(scram !== undefined, 'base64url is ASCII')
  store.save(id, { hash: hashPassword(Buffer.from(secret), GENERATED), scram }, Date.now())
  if (json) print({ device: id, secret })
  else {
    process.stdout.write(`${secret}\n`)
    process.stderr.write(
      `The password of user name ${id}. It is shown this once; only hashes are kept.\n`,
    )
  }
  return 0
}

function revoke(store: DeviceStore, { id, json }: Request): number {
  store.revoke(id, Date.now())
  if (json) print({ device: id, state: 'revoked' })
  else process.stdout.write(`${id} is let in no more, by secret or by certificate\n`)
  return 0
}

function list(store: DeviceStore, json: boolean): number {
  const devices = store.list()
  const adopted = store.adopted()
  if (json) print({ devices: devices.map(described), adopted: adopted.map(describedAdopted) })
  else {
    for (const { device, state, since } of devices.map(described)) {
      process.stdout.write(`${device.padEnd(32)} ${state.padEnd(8)} since ${since}\n`)
    }
    if (devices.length === 0) process.stdout.write('no device has a secret\n')
    for (const { device, kind, feeder, by, since } of adopted.map(describedAdopted)) {
      const where = feeder === null ? '' : ` at ${feeder}`
      process.stdout.write(
        `${device.padEnd(32)} adopted  since ${since} by ${by}: ${kind}${where}\n`,
      )
    }
  }
  return 0
}

function listLines(store: DeviceStore): number {
  for (const each of store.adopted()) process.stdout.write(`${siteFileLine(each)}\n`)
  return 0
}

function describedAdopted({ id, kind, feeder, who, atMs }: AdoptedDevice): {
  readonly device: string
  readonly kind: string
  readonly feeder: string | null
  readonly by: string
  readonly since: string
} {
  const since = formatTime(Micros(atMs * 1000))
  return { device: id, kind, feeder: feeder ?? null, by: who, since }
}

function described({ id, changedMs, revokedMs }: DeviceRecord): {
  readonly device: string
  readonly state: string
  readonly since: string
} {
  return {
    device: id,
    state: revokedMs === undefined ? 'active' : 'revoked',
    since: formatTime(Micros((revokedMs ?? changedMs) * 1000)),
  }
}

/** For `passwordHash` and `scram` of the site file; the password is the first line of standard input, never a word of the command line. */
async function hash(): Promise<number> {
  if (process.stdin.isTTY) process.stderr.write('Password, then Enter and Ctrl-D (it is shown): ')
  const [password = ''] = (await text(process.stdin)).split(/\r?\n/)
  const bytes = Buffer.from(password)
  if (bytes.length === 0 || bytes.length > limits.passwordBytes) {
    throw new GridError('input', `a password has 1 to ${limits.passwordBytes} bytes`, {
      hint: 'It is read from standard input: busbar device hash < FILE.',
    })
  }
  process.stdout.write(`${hashPassword(bytes, CHOSEN)}\n`)
  const scram = scramVerifier(password, CHOSEN_ITERATIONS)
  if (scram !== undefined) process.stdout.write(`${scram}\n`)
  else process.stderr.write('No line for scram: clients prepare what is not ASCII differently.\n')
  return 0
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

const SECRET_BYTES = 32
