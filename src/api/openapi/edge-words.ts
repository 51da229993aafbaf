import { alarmPriorities, alarmStates } from '../ports.ts'
import { type RoutesWords, json } from './document.ts'
import { choice, device, limit, words } from './parameter-words.ts'
import { policyWords } from './policy-words.ts'
import { readingsWords } from './readings-words.ts'
import {
  about,
  anything,
  count,
  flag,
  list,
  mapOf,
  number,
  object,
  objectWith,
  oneOf,
  orNull,
  text,
  time,
} from './schema.ts'
import { serverWords } from './server-words.ts'

const place = { feeder: text, transformer: text, voltageLevel: text, phase: text }
const outline = objectWith(
  { id: text, kind: text },
  {
    ...place,
    nominal: objectWith({}, { voltageV: number, currentA: number }),
    adopted: object({ who: text, at: time }),
  },
)
const site = object({
  site: object({ id: text, name: text, frequencyHz: number, limits: oneOf(['gbt', 'en50160']) }),
  voltageLevels: list(object({ id: text, nominalV: number })),
  transformers: list(
    object({
      id: text,
      from: text,
      to: text,
      ratedVa: number,
      cooling: text,
      currentSide: oneOf(['from', 'to']),
    }),
  ),
  feeders: list(objectWith({ id: text, voltageLevel: text }, { transformer: text, head: text })),
  devices: list(outline),
})
const session = object({
  client: text,
  owner: orNull(text),
  connected: flag,
  subscriptions: count,
  waiting: count,
  inFlight: count,
  dropped: count,
  expires: orNull(time),
})
const command = object({
  time,
  request: text,
  who: text,
  address: text,
  device: text,
  command: text,
  outcome: text,
  detail: text,
  durationMs: orNull(number),
})
const step = object({
  number: count,
  since: time,
  before: time,
  after: time,
  seconds: number,
  journal: count,
})

const alarm = object({
  id: count,
  name: text,
  subject: object({ kind: text, id: text }),
  key: number,
  state: oneOf(alarmStates),
  priority: oneOf(alarmPriorities),
  severity: { type: 'integer', minimum: 0, maximum: 4 },
  active: flag,
  since: orNull(time),
  raised: orNull(time),
  returned: orNull(time),
  value: orNull(number),
  fields: mapOf(anything),
  occurrences: count,
  members: orNull(object({ count, active: count, first: list(text) })),
  suppressedBy: orNull(count),
  acknowledged: orNull(object({ who: text, at: time, comment: text })),
  shelved: orNull(object({ who: text, at: time, until: time, reason: text })),
  outOfService: orNull(text),
})
const alarmStep = object({
  time,
  alarm: count,
  name: text,
  subject: text,
  what: text,
  who: text,
  detail: text,
})
const who = about('Where whoever asks is nobody in particular.', text)

const shadow = object({ version: text, rows: count, same: count, onlyOld: count, onlyNew: count })
const processor = object({
  name: text,
  version: text,
  digest: text,
  fault: about('Why it does not run; empty: it does.', text),
  refused: text,
  journal: count,
  readings: count,
  results: count,
  dropped: count,
  calls: count,
  seconds: about('Spent in calls.', number),
  p50Seconds: number,
  p99Seconds: number,
  memoryBytes: count,
  shadow: orNull(shadow),
})
const module = objectWith({ name: text, version: text }, { signer: text })

const uplink = object({
  url: text,
  mode: oneOf(['two-way', 'one-way']),
  link: oneOf(['down', 'connecting', 'up']),
  why: text,
  held: text,
  streams: list(
    object({
      stream: text,
      epoch: count,
      last: count,
      acknowledged: count,
      pending: count,
      backfill: count,
      oldest: orNull(time),
      lost: count,
    }),
  ),
  pending: count,
  etaSeconds: orNull(number),
  silentSeconds: number,
  isStuck: flag,
  sent: mapOf(count),
})
const contact = object({
  name: text,
  kind: oneOf(['email', 'webhook', 'alertmanager']),
  host: text,
  priorities: list(text),
  afterMinutes: number,
  isQuiet: flag,
  waiting: count,
  isFailing: flag,
  why: text,
  failingSince: orNull(time),
  nextTry: orNull(time),
  delivered: orNull(time),
  withheldWhy: text,
  messages: count,
  notices: count,
  failures: count,
  withheld: count,
})

/** All that an edge answers. */
export const edgeWords: RoutesWords = {
  ...serverWords({ site: text, uptimeSeconds: number }),
  ...readingsWords,
  ...policyWords,
  'GET /api/v1/site': { summary: 'What stands in the substation.', answers: { 200: json(site) } },
  'GET /api/v1/sessions': {
    summary: 'Clients of MQTT, and what waits for them.',
    parameters: { client: words('Of this client id only.') },
    answers: { 200: json(object({ sessions: list(session) })) },
  },
  'GET /api/v1/audit': {
    summary: 'Commands to devices and changes, the newest first.',
    parameters: { device, limit: limit('The newest so many only.') },
    answers: { 200: json(object({ audit: list(command), dropped: count })) },
  },
  'GET /api/v1/clock': {
    summary: 'When the clock was set, the newest first.',
    answers: { 200: json(object({ steps: list(step) })) },
  },
  'GET /api/v1/alarms': {
    summary: 'Alarms, the most urgent first.',
    parameters: {
      state: words('One or more, with commas between them, or all.'),
      priority: choice('Of this one only.', alarmPriorities),
      name: words('The kind of alarm.'),
      subject: words('A device, or what supplies it.'),
      limit: limit('So many at most.'),
    },
    answers: { 200: json(object({ alarms: list(alarm), counts: mapOf(count) })) },
  },
  'GET /api/v1/alarms/steps': {
    summary: 'What became of alarms, the newest first.',
    parameters: {
      alarm: words('Of this one only.', count),
      limit: limit('The newest so many only.'),
    },
    answers: { 200: json(object({ steps: list(alarmStep), dropped: count })) },
  },
  'GET /api/v1/alarms/{id}': { summary: 'One alarm.', answers: { 200: json(alarm) } },
  'GET /api/v1/alarms/{id}/members': {
    summary: 'Alarms that one stands for.',
    answers: { 200: json(object({ members: list(alarm) })) },
  },
  'POST /api/v1/alarms/{id}/acknowledge': {
    summary: 'Somebody has seen it.',
    body: json(objectWith({}, { who, comment: text })),
    answers: { 200: json(alarm) },
  },
  'POST /api/v1/alarms/{id}/shelve': {
    summary: 'Put it aside for a while.',
    body: json(objectWith({ reason: text, minutes: { type: 'number', minimum: 1 } }, { who })),
    answers: { 200: json(alarm) },
  },
  'POST /api/v1/alarms/{id}/unshelve': {
    summary: 'Take it back.',
    body: json(objectWith({}, { who })),
    answers: { 200: json(alarm) },
  },
  'GET /api/v1/notify': {
    summary: 'Who is told of alarms, and how that fares; null: nobody is.',
    answers: {
      200: json(
        object({
          notify: orNull(object({ language: text, timeZone: text, contacts: list(contact) })),
        }),
      ),
    },
  },
  'POST /api/v1/notify/{name}/test': {
    summary: 'Send a test; answers once it was taken.',
    body: json(object({})),
    answers: { 200: json(object({ name: text, delivered: flag })) },
  },
  'POST /api/v1/devices/{id}/adopt': {
    summary: 'Make a device that is in no site file one of the site.',
    body: json(objectWith({ kind: text }, { who, feeder: text })),
    answers: { 200: json(outline) },
  },
  'GET /api/v1/processors': {
    summary: 'What runs, and how it fares.',
    answers: { 200: json(object({ processors: list(processor) })) },
  },
  'POST /api/v1/processors': {
    summary: 'Deploy a processor of the utility’s own.',
    body: json(objectWith({ package: about('What busbar processor sign made.', text) }, { who })),
    answers: { 200: json(module) },
  },
  'POST /api/v1/processors/{id}/roll-back': {
    summary: 'Give its place back to the version before.',
    body: json(objectWith({}, { who })),
    answers: { 200: json(module) },
  },
  'GET /api/v1/uplink': {
    summary: 'What waits for the centre; null: there is none.',
    answers: { 200: json(object({ uplink: orNull(uplink) })) },
  },
}
