import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SubstationFigures, lineText, tableText } from './table.ts'

const north: SubstationFigures = {
  id: 'north',
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
  uplink: { link: 'up', pending: 3 },
  isCut: false,
  problems: [],
}
const south: SubstationFigures = {
  ...north,
  id: 'south',
  ackP50Ms: null,
  ackP99Ms: null,
  stored: undefined,
  readingsPerSecond: undefined,
  journalBytes: undefined,
  isCut: true,
  uplink: { link: 'up', pending: 1204 },
}
const centre = new Map([['north', { records: 1200, missing: 0 }]])
const figures = { substations: [north, south], centre }

test('a column for each substation, narrow enough for any terminal', () => {
  const text = tableText(figures)
  assert.equal(
    text,
    [
      '                    north                       south',
      '  connections       998 of 1,000                998 of 1,000',
      '  readings/s        7,012                       -',
      '  acknowledged in   P50 1.3 ms   P99 14 ms      P50 - ms   P99 - ms',
      '  stored            184,000 readings            - readings',
      '  journal           4.1 MB, 22.3 B a reading    - MB, - B a reading',
      '  refused, dropped  0, 0                        0, 0',
      '  uplink            up, 3 wait                  cut, 1,204 wait',
      '  at the centre     1,200 records, 0 missing    -',
      '',
    ].join('\n'),
  )
  const troubled = tableText({
    substations: [{ ...north, problems: ['The disk refuses to write. '.repeat(9)] }, south],
    centre,
  })
  assert.match(troubled, /\n {2}problem {11}north: The disk refuses .*…\n$/)
  assert.ok(troubled.split('\n').every((line) => line.length < 80))
})

test('a log has a line for each, and losses only where there are some', () => {
  assert.equal(
    lineText({ substations: [north, { ...south, dropped: 3 }], centre }),
    [
      'north: 998 of 1,000 connected, 7,012 readings/s, P50 1.3 ms, P99 14 ms, 184,000 stored, 22.3 bytes a reading, uplink up, 3 wait, at the centre 1,200 records, 0 missing',
      'south: 998 of 1,000 connected, - readings/s, P50 - ms, P99 - ms, - stored, - bytes a reading, 3 dropped, uplink cut, 1,204 wait, at the centre -',
      '',
    ].join('\n'),
  )
})
