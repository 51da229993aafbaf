import { chinese } from './chinese.ts'
import { english } from './english.ts'
import { type NoticeKind, priorities } from './ports.ts'
import { type Words, eventTopic, eventWords } from './words.ts'

export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]

/** A notice as it may leave: what the policy has taken out of it is not there. */
export interface ClearedNotice {
  readonly kind: NoticeKind
  readonly alarm: {
    readonly id?: number
    readonly name?: string
    readonly subject?: { readonly kind?: string; readonly id?: string }
    readonly state?: string
    readonly priority?: string
    readonly since?: string | null
    readonly raised?: string | null
    readonly returned?: string | null
    readonly members?: { readonly count?: number; readonly active?: number } | null
  }
}

export interface MessageFrame {
  readonly site: string
  readonly language: Language
  readonly timeZone: string
  /** Where the pages of what to do are; empty: nowhere that a link could lead to. */
  readonly runbooks: string
}

export interface MessageText {
  readonly subject: string
  readonly body: string
}

const WORDS: Readonly<Record<Language, Words>> = { en: english, 'zh-CN': chinese }

/** What happened, where, since when, and what to do, in the language of the site. */
export function messageText(notices: readonly ClearedNotice[], frame: MessageFrame): MessageText {
  const words = WORDS[frame.language]
  const there = notices.filter(({ kind }) => kind !== 'over')
  const ranks = there.map(({ alarm }) => priorities.findIndex((each) => each === alarm.priority))
  const worst = priorities[Math.max(...ranks)] ?? ''
  const subject = words.subject({
    site: frame.site,
    raised: there.length,
    over: notices.length - there.length,
    worst: words.priorities[worst] ?? '',
  })
  const paragraphs = notices.map((notice) => paragraph(notice, words, frame))
  const body = [words.greeting(frame.site), ...paragraphs, words.footer].join('\n\n')
  return { subject, body: `${body}\n` }
}

export function testText(contact: string, { site, language }: MessageFrame): MessageText {
  const words = WORDS[language]
  return {
    subject: `[${site}] ${words.test(contact).split(/[.。]/)[0]}`,
    body: `${words.test(contact)}\n`,
  }
}

/** One alarm for those who have room for a line only. */
export function noticeTitle({ alarm }: ClearedNotice, language: Language): string {
  const words = WORDS[language]
  return `${eventWords(words, alarm.name ?? '').title}, ${placeText(alarm, words)}`
}

export function noticeTodo({ alarm }: ClearedNotice, language: Language): string {
  return eventWords(WORDS[language], alarm.name ?? '').todo
}

/** The section about an event on the page of what to do. */
export function runbookOf(name: string, { runbooks, language }: MessageFrame): string {
  if (runbooks === '') return ''
  const page = language === 'en' ? 'grid-alarms.md' : 'grid-alarms.zh-CN.md'
  const topic = eventTopic(WORDS[language], name)
  const anchor = topic === undefined ? '' : `#${topic.replaceAll(/[.*]/g, '')}`
  return `${runbooks.replace(/\/$/, '')}/${page}${anchor}`
}

function paragraph(notice: ClearedNotice, words: Words, frame: MessageFrame): string {
  const { kind, alarm } = notice
  const { title, todo } = eventWords(words, alarm.name ?? '')
  const isGone = kind === 'raised' && alarm.state === 'returned'
  const verb = isGone ? words.cameAndWent : words[kind]
  const number = alarm.id === undefined ? '' : ` #${alarm.id}`
  const priority = words.priorities[alarm.priority ?? ''] ?? ''
  const lines = [`${verb} [${priority}] ${printable(title)}${number}`]
  lines.push(`  ${words.where}: ${placeText(alarm, words)}`)
  lines.push(`  ${words.since}: ${timeText(alarm.since, words, frame)}`)
  if (typeof alarm.returned === 'string')
    lines.push(`  ${words.until}: ${timeText(alarm.returned, words, frame)}`)
  const { count, active } = alarm.members ?? {}
  if (count !== undefined && active !== undefined) lines.push(`  ${words.members(count, active)}`)
  if (kind === 'over') return lines.join('\n')
  lines.push(`  ${words.whatToDo}: ${todo}`)
  const link = runbookOf(alarm.name ?? '', frame)
  if (link !== '') lines.push(`  ${words.more}: ${link}`)
  return lines.join('\n')
}

function placeText({ subject }: ClearedNotice['alarm'], words: Words): string {
  const kind = words.places[subject?.kind ?? ''] ?? subject?.kind
  if (kind === undefined || subject?.id === undefined) return words.withheld
  return printable(`${kind} ${subject.id}`)
}

/** By the clock on the wall of the site, with its distance from UTC. */
function timeText(time: string | null | undefined, words: Words, frame: MessageFrame): string {
  if (typeof time !== 'string') return words.withheld
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: frame.timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const zone = new Intl.DateTimeFormat('en-GB', {
    timeZone: frame.timeZone,
    timeZoneName: 'longOffset',
  })
  const at = Date.parse(time)
  const offset = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  return `${format.format(at)} ${offset.replace('GMT', 'UTC')}`
}

/** Names come from devices: none of them begins a line of its own, or a header. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
}
