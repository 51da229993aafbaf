import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Figures, lineText, tableText } from './table.ts'

const figures: Figures = {
  devices: 1000,
  connections: 998,
  ackP50Ms: 1.26,
  ackP99Ms: 14.4,
  refused: 0,
  waiting: 12,
  dropped: 0,
  stored: 184_000,
  readingsPerSecond: 7011.6,
  journalBytes: 4_103_200,
  problems: [],
}
const unknown: Figures = {
  ...figures,
  ackP50Ms: null,
  ackP99Ms: null,
  stored: undefined,
  readingsPerSecond: undefined,
  journalBytes: undefined,
}

test('a line for each figure, narrow enough for any terminal', () => {
  const text = tableText(figures)
  assert.equal(
    text,
    [
      '  connections      998 of 1,000',
      '  readings/s       7,012',
      '  acknowledged in  P50 1.3 ms   P99 14 ms',
      '  stored           184,000 readings',
      '  journal          4.1 MB, 22.3 bytes a reading',
      '  devices          0 refused, 12 waiting, 0 dropped',
      '',
    ].join('\n'),
  )
  assert.ok(text.split('\n').every((line) => line.length < 80))
  const troubled = tableText({ ...figures, problems: ['The disk refuses to write. '.repeat(9)] })
  assert.match(troubled, /\n {2}problem {10}The disk refuses .*…\n$/)
  assert.ok(troubled.split('\n').every((line) => line.length < 80))
  assert.equal(tableText(unknown).split('\n').length, text.split('\n').length)
})

test('a log has all in one line, and losses only where there are some', () => {
  assert.equal(
    lineText(figures),
    '998 of 1,000 connected, 7,012 readings/s, P50 1.3 ms, P99 14 ms, 184,000 stored, 22.3 bytes a reading\n',
  )
  assert.equal(
    lineText({ ...unknown, dropped: 3 }),
    '998 of 1,000 connected, - readings/s, P50 - ms, P99 - ms, - stored, - bytes a reading, 3 dropped\n',
  )
})
