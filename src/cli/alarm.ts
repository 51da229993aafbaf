import { alarmPriorities, alarmStates } from '../api/ports.ts'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { alarmText, alarmsText, stepsText } from './alarm/alarm-text.ts'
import { EdgeAlarms } from './alarm/edge-alarms.ts'
import type { Args, Command } from './command.ts'
import { askEdge, edgeUrl } from './query/edge-request.ts'
import { Output } from './query/output.ts'

export const command: Command = {
  name: 'alarm',
  summary: 'List, acknowledge and shelve the alarms of a running edge.',
  positionals:
    'list | show ID | steps [ID] | acknowledge ID… | shelve ID… | unshelve ID… | notify-test NAME',
  options: {
    url: { value: 'URL', help: 'HTTP address of the edge', default: 'http://127.0.0.1:8080' },
    state: { value: 'STATES', help: `of ${alarmStates.join(',')}; or all` },
    priority: { value: 'WORD', help: `one of ${alarmPriorities.join(', ')}` },
    name: { value: 'NAME', help: 'of this kind of event only' },
    subject: { value: 'ID', help: 'of this device, feeder, … and what it supplies' },
    limit: { value: 'COUNT', help: 'so many at most', default: '100' },
    who: { value: 'NAME', help: 'who acknowledges, shelves or unshelves' },
    comment: { value: 'TEXT', help: 'with an acknowledgement' },
    reason: { value: 'TEXT', help: 'why it is shelved' },
    minutes: { value: 'COUNT', help: 'for how long it is shelved' },
    json: { help: 'as JSON' },
  },
  example: 'busbar alarm list --state all --url http://127.0.0.1:8080',
  async run(args) {
    const [verb = '', ...ids] = args.positionals
    const alarms = new EdgeAlarms(args.required('url'))
    const text =
      verb === 'notify-test'
        ? await notifyTest(ids, args)
        : await answer({ verb, ids: ids.map(idOf), alarms }, args)
    await new Output(process.stdout).write(text)
    return 0
  },
}

/** Waits until the contact has taken the message, or says why it has not. */
async function notifyTest([name, ...others]: readonly string[], args: Args): Promise<string> {
  if (name === undefined || others.length > 0)
    throw usage('notify-test takes the name of a contact')
  const url = `${edgeUrl(args.required('url'))}/api/v1/notify/${encodeURIComponent(name)}/test`
  const response = await askEdge(url, { method: 'POST', body: {} })
  return args.flag('json') ? await response.text() : `${name}: the test was delivered\n`
}

interface Request {
  readonly verb: string
  readonly ids: readonly number[]
  readonly alarms: EdgeAlarms
}

async function answer({ verb, ids, alarms }: Request, args: Args): Promise<string> {
  const isJson = args.flag('json')
  const [id] = ids
  switch (verb) {
    case 'list': {
      if (id !== undefined) throw usage('list takes options only')
      const page = await alarms.list(
        wordsOf(args, ['state', 'priority', 'name', 'subject', 'limit']),
      )
      return isJson ? `${JSON.stringify(page)}\n` : alarmsText(page)
    }
    case 'steps': {
      const most = { limit: args.required('limit') }
      const page = await alarms.steps(id === undefined ? most : { ...most, alarm: String(id) })
      return isJson ? `${JSON.stringify(page)}\n` : stepsText(page)
    }
    case 'show': {
      if (id === undefined || ids.length > 1) throw usage('show takes the id of one alarm')
      const alarm = await alarms.info(id)
      const members = alarm.members === null ? [] : await alarms.members(id)
      return isJson ? `${JSON.stringify({ ...alarm, list: members })}\n` : alarmText(alarm, members)
    }
    case 'acknowledge':
    case 'shelve':
    case 'unshelve': {
      if (id === undefined) throw usage(`${verb} takes ids of alarms`)
      const body = { ...wordsOf(args, WORDS[verb]), ...minutesOf(verb, args) }
      const done = []
      for (const each of ids) done.push(await alarms.act(each, verb, body))
      if (isJson) return done.map((each) => `${JSON.stringify(each)}\n`).join('')
      return done.map(({ id: number, state }) => `${number}: ${state}\n`).join('')
    }
    default:
      throw usage(verb === '' ? 'what to do is missing' : `${verb}: no such thing to do`)
  }
}

const WORDS = {
  acknowledge: ['who', 'comment'],
  shelve: ['who', 'reason'],
  unshelve: ['who'],
} as const

function minutesOf(verb: string, args: Args): { readonly minutes?: number } {
  const max = limits.alarmShelveHoursMax * 60
  return verb === 'shelve' ? { minutes: args.integer('minutes', { min: 1, max }) } : {}
}

/** Those that were given; who and why are asked for before an edge is. */
function wordsOf(args: Args, names: readonly string[]): Readonly<Record<string, string>> {
  const words: Record<string, string> = {}
  for (const name of names) {
    const isNeeded = name === 'who' || name === 'reason'
    const value = isNeeded ? args.required(name) : args.optional(name)
    if (value !== undefined) words[name] = value
  }
  return words
}

function idOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw usage(`${text}: an alarm has a number`)
}

function usage(text: string): GridError {
  return new GridError('usage', text, { hint: `See busbar alarm --help. ${command.example}` })
}
