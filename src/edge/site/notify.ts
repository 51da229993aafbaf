import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { limits } from '../../core/limits.ts'
import { languages } from '../../notify/message-text.ts'
import { type Contact, priorities } from '../../notify/ports.ts'
import { type Fault, type Path, formatPath } from './fault.ts'
import type { YamlText } from './yaml-text.ts'

const file = z.string().min(1).max(1024)
const priority = z.enum(priorities)
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: '22:00 is needed' })
const mailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s@<>",;:]+@[^\s@<>",;:]+$/, { error: 'an address is needed: name@host' })

const quietHours = z.strictObject({
  from: timeOfDay.describe('By timeZone; over midnight where it is later than to.'),
  to: timeOfDay,
  urgentFrom: priority.default('critical').describe('Of this priority and above nobody waits.'),
})

/** What everybody who is told has. */
const anyContact = {
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, { error: 'a name has 1 to 32 characters of a-z 0-9 -' })
    .describe('Stands in addresses and metrics.'),
  priorities: z
    .array(priority)
    .min(1)
    .default([...priorities])
    .describe('Of which it is told.'),
  outside: z
    .boolean()
    .default(false)
    .describe('It passes on what it gets: the policy decides, wherever its host is.'),
  ca: file.optional().describe('PEM file of the CA that signed the certificate of its host.'),
}

/** People, who sleep. */
const person = {
  ...anyContact,
  afterMinutes: z
    .number()
    .min(0)
    .max(1440)
    .default(0)
    .describe('Told of what nobody has acknowledged for so long: whoever stands behind the first.'),
  quietHours: quietHours.optional(),
  gatherSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(10)
    .describe('So long after the first alarm of a burst all of it goes as one message.'),
}

function urlOf(pattern: RegExp, error: string): z.ZodString {
  return z.string().max(1024).regex(pattern, { error })
}

const webUrl = urlOf(
  /^https?:\/\/[^\s/@]+(?:\/\S*)?$/,
  'https://HOST/PATH is needed, without a name or password in it',
)

const email = z.strictObject({
  ...person,
  server: urlOf(
    /^smtps?:\/\/[^\s/@]+$/,
    'smtps://HOST:PORT is needed, or smtp:// for STARTTLS, without a name or password in it',
  ).describe('smtps: TLS from the beginning; smtp: STARTTLS.'),
  startTls: z
    .enum(['required', 'never'])
    .default('required')
    .describe('never: in the clear, for a relay on this machine.'),
  user: z.string().min(1).max(256).optional(),
  passwordFile: file.optional().describe('Its first line; relative to the site file.'),
  from: mailAddress,
  to: z.array(mailAddress).min(1).max(20),
})

const webhook = z.strictObject({
  ...person,
  url: webUrl,
  secretFile: file.describe('Its first line signs each message, HMAC-SHA256.'),
})

const alertmanager = z.strictObject({
  ...anyContact,
  url: webUrl.describe('Of Alertmanager; /api/v2/alerts is added.'),
  user: z.string().min(1).max(256).optional(),
  passwordFile: file.optional().describe('Its first line; relative to the site file.'),
})

/** Who is told of alarms, by which road, and when not. */
export const notify = z.strictObject({
  language: z.enum(languages).default('en'),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, { error: 'a time zone is needed, such as Asia/Shanghai' })
    .default('UTC')
    .describe('Of quiet hours, and of times in messages.'),
  runbooks: urlOf(/^https?:\/\/\S+$/, 'https://HOST/PATH is needed')
    .optional()
    .describe('Where the pages of docs/operating can be read; messages then have a link.'),
  email: z.array(email).max(limits.contacts).default([]),
  webhook: z.array(webhook).max(limits.contacts).default([]),
  alertmanager: z.array(alertmanager).max(limits.contacts).default([]),
})

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

export type NotifySettings = Frozen<z.output<typeof notify>>
export type EmailSettings = NotifySettings['email'][number]
export type WebhookSettings = NotifySettings['webhook'][number]
export type AlertmanagerSettings = NotifySettings['alertmanager'][number]

export const contactKinds = ['email', 'webhook', 'alertmanager'] as const

/** A name is given once, whatever the kind, and a user has a password. */
export function checkNotify(yaml: YamlText): Fault[] {
  const given = isFields(yaml.value) ? yaml.value['notify'] : undefined
  if (!isFields(given)) return []
  const faults: Fault[] = []
  const complain = (path: Path, text: string): void => {
    faults.push({ offset: yaml.offsetOf(path, 'value'), text: `${formatPath(path)}: ${text}` })
  }
  const names = new Set<unknown>()
  for (const kind of contactKinds) {
    const list: unknown = given[kind]
    for (const [at, entry] of (Array.isArray(list) ? list : []).entries()) {
      if (!isFields(entry)) continue
      const { name, user, passwordFile, startTls } = entry
      const path = ['notify', kind, at]
      if (names.has(name)) complain([...path, 'name'], `"${String(name)}" is given twice`)
      names.add(name)
      if (names.size === limits.contacts + 1)
        complain(path, `more than ${limits.contacts} contacts`)
      if ((user === undefined) !== (passwordFile === undefined))
        complain(path, 'user and passwordFile belong together')
      if (startTls === 'never' && passwordFile !== undefined)
        complain([...path, 'startTls'], 'a password is not sent in the clear')
    }
  }
  return faults
}

const FILE_KEYS = ['ca', 'passwordFile', 'secretFile'] as const

/** Files are named from where the site file is. */
export function placeNotify(
  settings: NotifySettings | undefined,
  path: string,
): NotifySettings | undefined {
  if (settings === undefined) return undefined
  const placed = <T extends object>(contact: T): T => {
    const files = Object.entries(contact).flatMap(([key, value]) =>
      FILE_KEYS.some((each) => each === key) && typeof value === 'string'
        ? [[key, resolve(dirname(path), value)]]
        : [],
    )
    return { ...contact, ...Object.fromEntries(files) }
  }
  return {
    ...settings,
    email: settings.email.map(placed),
    webhook: settings.webhook.map(placed),
    alertmanager: settings.alertmanager.map(placed),
  }
}

/** A contact as the state machine has it. Alertmanager groups, mutes and escalates by itself: it is told of everything at once, and again. */
export function contactsOf({ email, webhook, alertmanager }: NotifySettings): readonly Contact[] {
  const people = [...email, ...webhook].map((each): Contact => {
    const { name, priorities: wanted, afterMinutes, gatherSeconds, quietHours: quiet } = each
    return {
      name,
      priorities: wanted,
      afterMs: afterMinutes * 60_000,
      gatherMs: gatherSeconds * 1000,
      repeatMs: 0,
      quiet: quiet && { ...quiet, from: minuteOf(quiet.from), to: minuteOf(quiet.to) },
    }
  })
  const systems = alertmanager.map(({ name, priorities: wanted }): Contact => ({
    name,
    priorities: wanted,
    afterMs: 0,
    gatherMs: 0,
    repeatMs: limits.repeatMs,
    quiet: undefined,
  }))
  return [...people, ...systems]
}

function minuteOf(time: string): number {
  const [hour = '0', minute = '0'] = time.split(':')
  return Number(hour) * 60 + Number(minute)
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
