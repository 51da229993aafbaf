import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KeyTable } from './key-table.ts'
import { newNames } from './test-stand.ts'

/** The points of keys that stand one after another; -1 and the end where one is not known. */
function match(table: KeyTable, text: string): number[] {
  const bytes = Buffer.from(`${text}}`)
  const points: number[] = []
  for (let at = 0; at < text.length;) {
    at = table.match(bytes, at)
    points.push(at < 0 ? -1 : table.point)
    if (at < 0) break
  }
  return points
}

describe('the keys of a device', () => {
  test('are found in any order, and asked for once', () => {
    const names = newNames()
    const asked: string[] = []
    const table = new KeyTable({
      scale: () => 1,
      number: (quantity, unit) => {
        asked.push(quantity)
        return names.number(quantity, unit)
      },
    })
    assert.deepEqual(match(table, '"a":"b":"c":"a":"b":"c":'), [0, 1, 2, 0, 1, 2])
    assert.deepEqual(match(table, '"c":"a":"c":"b":"b":"a":'), [2, 0, 2, 1, 1, 0])
    assert.deepEqual(asked, ['a', 'b', 'c'])
  })

  test('are told apart where one is the beginning of the other', () => {
    const table = new KeyTable(newNames())
    assert.deepEqual(match(table, '"voltage":"voltage.a":"voltage.a.x":"volt":'), [0, 1, 2, 3])
    assert.deepEqual(match(table, '"volt":"voltage.a.x":"voltage":"voltage.a":'), [3, 2, 0, 1])
  })

  test('outgrow every first size, up to a limit', () => {
    const table = new KeyTable(newNames())
    const names = Array.from({ length: 600 }, (_, index) => `"harmonic.voltage.a.${index}":`)
    const points = Array.from({ length: 512 }, (_, index) => index)
    assert.deepEqual(match(table, names.join('')), [...points, -1])
    assert.deepEqual(match(table, names.slice(0, 512).reverse().join('')), points.toReversed())
  })

  test('are not learnt where the device may have no more points', () => {
    assert.deepEqual(match(new KeyTable(newNames(1)), '"a":"a":"b":'), [0, 0, -1])
  })

  test('are plain names only', () => {
    for (const key of [
      '"":',
      '"7":',
      '"a b":',
      '"a\\n":',
      '"é":',
      'a:',
      '"a" :',
      '"a"',
      '"a',
      `"${'x'.repeat(65)}":`,
    ])
      assert.deepEqual(match(new KeyTable(newNames()), key), [-1], key)
    assert.deepEqual(
      match(new KeyTable(newNames()), `"${'x'.repeat(64)}":"__proto__":"a7":`),
      [0, 1, 2],
    )
  })

  test('stop at a bracket', () => {
    const table = new KeyTable(newNames())
    assert.deepEqual(match(table, '"a":'), [0])
    const bytes = Buffer.from('"a}":')
    assert.equal(table.match(bytes, 0), -1)
    assert.equal(table.match(bytes, 2), -1)
  })
})
