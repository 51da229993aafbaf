import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { chinese } from './chinese.ts'
import { alarm } from './desk.test.ts'
import { english } from './english.ts'
import { messageText, runbookOf, testText } from './message-text.ts'

const FRAME = {
  site: 'north-07',
  language: 'en',
  timeZone: 'Asia/Shanghai',
  runbooks: 'https://grid.example/operating/',
} as const
const CHINESE = { ...FRAME, language: 'zh-CN' } as const

test('a message says what, where, since when and what to do, by the clock of the site', () => {
  const { subject, body } = messageText(
    [
      { kind: 'raised', alarm: alarm(1, { priority: 'high', name: 'transformer.load' }) },
      { kind: 'over', alarm: alarm(2, { returned: '2026-11-24T12:05:00Z' }) },
    ],
    FRAME,
  )
  assert.equal(subject, '[north-07] 1 alarm, worst high; 1 over')
  assert.match(body, /^ALARM \[high\] Transformer overloaded #1$/m)
  assert.match(body, /^ {2}where: device m1$/m)
  assert.match(body, /^ {2}since: 2026-11-24 20:00:00 UTC\+08:00$/m)
  assert.match(body, /^ {2}what to do: Shift load/m)
  assert.match(body, /grid\.example\/operating\/grid-alarms\.md#transformerload$/m)
  assert.match(body, /^OVER \[medium\] Voltage dip #2$/m)
  assert.match(body, /^ {2}until: 2026-11-24 20:05:00 UTC\+08:00$/m)
})

test('it does so in Chinese', () => {
  const { subject, body } = messageText([{ kind: 'raised', alarm: alarm(1) }], CHINESE)
  assert.equal(subject, '[north-07] 1 条告警，最高中')
  assert.match(body, /^告警 \[中\] 电压暂降 #1$/m)
  assert.match(body, /grid-alarms\.zh-CN\.md#voltagedip$/m)
  assert.match(testText('值班', CHINESE).body, /测试/)
})

test('what the policy took away is said to be withheld, and no name makes a line of its own', () => {
  const { subject: _subject, since: _since, ...left } = alarm(1, { name: 'x\r\nBcc: all' })
  const { body, subject } = messageText([{ kind: 'raised', alarm: left }], FRAME)
  assert.equal(body.match(/withheld by the policy/g)?.length, 2)
  assert.doesNotMatch(body, /^Bcc/m)
  assert.doesNotMatch(subject, /\n/)
})

test('names without words of their own are what they are called', () => {
  assert.equal(runbookOf('mine.own', FRAME), 'https://grid.example/operating/grid-alarms.md')
  assert.match(
    messageText([{ kind: 'raised', alarm: alarm(1, { name: 'mine.own' }) }], FRAME).body,
    /mine\.own #1/,
  )
})

test('both languages know the same events, and the page of each has a section for it', () => {
  assert.deepEqual(Object.keys(chinese.events), Object.keys(english.events))
  for (const [page, words] of [
    ['grid-alarms.md', english],
    ['grid-alarms.zh-CN.md', chinese],
  ] as const) {
    const text = readFileSync(new URL(`../../docs/operating/${page}`, import.meta.url), 'utf8')
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    assert.deepEqual(headings, Object.keys(words.events), page)
    for (const { title } of Object.values(words.events)) assert.ok(text.includes(title), title)
  }
})
