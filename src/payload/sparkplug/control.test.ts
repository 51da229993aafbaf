import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Control, controlPayload, rebirthPayload } from './control.ts'
import { decodePayload } from './message.ts'
import type { Metric } from './metric.ts'

const NOW = 1_764_000_000_000
const NO_ALIAS = { name: 'Node Control/Scan Rate', alias: undefined }

function metricOf(bytes: Uint8Array | undefined): Metric | undefined {
  const payload = bytes === undefined ? '' : decodePayload(bytes)
  if (typeof payload === 'string') return undefined
  assert.deepEqual([payload.timestampMs, payload.seq], [NOW, undefined])
  return payload.metrics[0]
}

function written(control: Control, value: number): unknown {
  return metricOf(controlPayload(NOW, { control, value }))?.value
}

test('a request for births, to the byte', () => {
  const name = Buffer.from('Node Control/Rebirth').toString('hex')
  const time = '80d0dfb4ab33' // 1764000000000 in sevens of bits
  assert.equal(
    Buffer.from(rebirthPayload(NOW)).toString('hex'),
    `08${time}1221` + `0a14${name}18${time}200b7001`,
  )
})

test('a metric goes by its alias where the birth gave it one, and its type stands in the birth', () => {
  const named = metricOf(controlPayload(NOW, { control: { ...NO_ALIAS, datatype: 3 }, value: 5 }))
  assert.equal(named?.name, 'Node Control/Scan Rate')
  assert.deepEqual([named.alias, named.datatype, named.timestampMs], [undefined, undefined, NOW])
  const control = { ...NO_ALIAS, alias: '1:7', datatype: 3 }
  const short = metricOf(controlPayload(NOW, { control, value: 5 }))
  assert.deepEqual([short?.name, short?.alias], [undefined, '1:7'])
})

test('the value has the field of its type, or no room', () => {
  for (const [datatype, most] of [
    [1, 127],
    [2, 32_767],
    [3, 2 ** 31 - 1],
    [5, 255],
    [6, 65_535],
    [7, 2 ** 32 - 1],
  ] as const) {
    const control = { ...NO_ALIAS, datatype }
    assert.deepEqual(written(control, most), { kind: 'integer', low: most, high: 0 })
    assert.equal(written(control, most + 1), undefined, `${datatype}`)
  }
  for (const datatype of [4, 8])
    assert.deepEqual(written({ ...NO_ALIAS, datatype }, 2 ** 33 + 1), {
      kind: 'integer',
      low: 1,
      high: 2,
    })
  assert.deepEqual(written({ ...NO_ALIAS, datatype: 11 }, 1), { kind: 'boolean', value: true })
  for (const datatype of [9, 12, undefined])
    assert.equal(written({ ...NO_ALIAS, datatype }, 1), undefined, 'no number, or nobody knows')
})
