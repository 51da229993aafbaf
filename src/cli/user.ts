import { limits } from '../core/limits.ts'
import { GridError } from '../core/errors.ts'
import { type Role, roleNamed, roles } from '../core/roles.ts'
import { Micros, formatTime } from '../core/time.ts'
import type { UserInfo } from '../core/access.ts'
import type { UserDesk } from '../users/user-desk.ts'
import type { Args, Command } from './command.ts'
import { readPassword } from './user/password-entry.ts'
import { openDesk } from './user/user-desk.ts'

export const command: Command = {
  name: 'user',
  summary: 'Add people and programs that may come in over HTTP, and say what they may.',
  positionals:
    'add NAME | list | password NAME | role NAME | token NAME | unlock NAME | remove NAME',
  options: {
    data: { value: 'DIR', help: 'the data folder of an edge, which may be running' },
    database: { value: 'URL', help: 'postgres://… of a centre; the password may be in PGPASSWORD' },
    role: { value: 'ROLE', help: `one of ${roles.join(', ')}` },
    days: { value: 'COUNT', help: 'how long a token is good for', default: '365' },
    json: { help: 'the answer as JSON' },
  },
  example: 'busbar user add ana --role engineer --data var/demo',
  async run(args) {
    const [action = '', name = '', ...rest] = args.positionals
    const step = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (step === undefined || rest.length > 0 || (action === 'list') !== (name === '')) {
      throw new GridError('usage', `user: ${command.positionals ?? ''} is needed`, {
        hint: `Example: ${command.example}`,
      })
    }
    await using opened = await openDesk(args)
    await step({ desk: opened.desk, name, args })
    return 0
  },
}

interface Step {
  readonly desk: UserDesk
  readonly name: string
  readonly args: Args
}

/** In the audit: whoever may write to the folder or the database. */
const DOER = { who: 'command line', address: '' } as const

const ACTIONS: Readonly<Record<string, (step: Step) => Promise<void>>> = {
  async add({ desk, name, args }) {
    const role = roleOf(args)
    await desk.add({ name, role, password: await readPassword('twice') }, DOER)
    say(args, { name, role }, `${name} is ${role}`)
  },
  async list({ desk, args }) {
    const users = await desk.users()
    if (args.flag('json')) return print({ users: users.map(described) })
    if (users.length === 0)
      process.stdout.write('there are no users: only this machine is let in\n')
    for (const { name, kind, role, since, until } of users.map(described)) {
      const end = until === null ? '' : ` until ${until}`
      process.stdout.write(
        `${name.padEnd(24)} ${kind.padEnd(8)} ${role.padEnd(9)} since ${since}${end}\n`,
      )
    }
  },
  async password({ desk, name, args }) {
    await desk.setPassword({ name, password: await readPassword('twice') }, DOER)
    say(args, { name }, `${name} has another password; its sessions have ended`)
  },
  async role({ desk, name, args }) {
    const role = roleOf(args)
    await desk.setRole(name, role, DOER)
    say(args, { name, role }, `${name} is ${role}; its sessions have ended`)
  },
  /** It is on standard output alone, so that it can go into a file. */
  async token({ desk, name, args }) {
    const role = roleOf(args)
    const days = args.integer('days', { min: 1, max: limits.tokenDaysMax })
    const token = await desk.addToken({ name, role, days }, DOER)
    if (args.flag('json')) return print({ name, role, token })
    process.stdout.write(`${token}\n`)
    process.stderr.write(
      `The token of ${name}, ${role}, for ${days} days. It is shown this once; only a digest is kept.\n`,
    )
  },
  async unlock({ desk, name, args }) {
    await desk.unlock(name, DOER)
    say(args, { name }, `${name} may try again`)
  },
  async remove({ desk, name, args }) {
    await desk.remove(name, DOER, 'any')
    say(args, { name }, `${name} is let in no more`)
    const left = (await desk.users()).filter(({ kind }) => kind === 'person').length
    if (left === 0) process.stderr.write('Nobody is left: whoever is on this machine is let in.\n')
  },
}

function roleOf(args: Args): Role {
  const text = args.required('role')
  const role = roleNamed(text)
  if (role !== undefined) return role
  throw new GridError('usage', `--role ${text}: one of ${roles.join(', ')}`)
}

function described({ name, kind, role, changedMs, expiresMs }: UserInfo): {
  readonly name: string
  readonly kind: string
  readonly role: string
  readonly since: string
  readonly until: string | null
} {
  const until = expiresMs === undefined ? null : timeText(expiresMs)
  return { name, kind, role, since: timeText(changedMs), until }
}

function timeText(ms: number): string {
  return formatTime(Micros(ms * 1000))
}

function say(args: Args, object: object, text: string): void {
  if (args.flag('json')) print(object)
  else process.stdout.write(`${text}\n`)
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
