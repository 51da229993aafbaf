import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { WriteStream } from 'node:tty'
import { Micros } from '../../core/time.ts'
import { Progress } from './progress.ts'

const START = Date.UTC(2026, 0, 31) * 1000

function progressOf(words: { readonly isTTY: boolean; readonly json: boolean }) {
  const written: string[] = []
  const write = (text: string): void => void written.push(text)
  const output = { isTTY: words.isTTY, write } as unknown as WriteStream
  const options = { to: Micros(START + 10_000_000), json: words.json, output, startedMs: 0 }
  return { progress: new Progress(options), written }
}

describe('progress of an export', () => {
  test('on a terminal is a line drawn over itself, with the time that is left', () => {
    const { progress, written } = progressOf({ isTTY: true, json: false })
    progress.show(START, 1, 100)
    progress.show(START + 2_500_000, 1234, 3000)
    progress.show(START + 2_600_000, 1300, 3010)
    progress.end()
    assert.deepEqual(written, [
      '\r\u001b[K1,234 readings up to 2026-01-31T00:00:02.500Z, 25 %, 9 s left',
      '\r\u001b[K',
    ])
  })

  test('elsewhere is a line every ten seconds', () => {
    const { progress, written } = progressOf({ isTTY: false, json: false })
    for (let second = 0; second <= 20; second++) progress.show(START, second, second * 1000)
    progress.end()
    assert.deepEqual(written, [
      '10 readings up to 2026-01-31T00:00:00.000Z, 0 %\n',
      '20 readings up to 2026-01-31T00:00:00.000Z, 0 %\n',
    ])
  })

  test('for machines is JSON once a second', () => {
    const { progress, written } = progressOf({ isTTY: true, json: true })
    progress.show(START, 1, 0)
    progress.show(START + 5_000_000, 10, 1000)
    const time = '2026-01-31T00:00:05.000Z'
    assert.deepEqual(
      written.map((line) => JSON.parse(line) as object),
      [{ done: false, readings: 10, time, fraction: 0.5, secondsLeft: 1 }],
    )
  })
})
