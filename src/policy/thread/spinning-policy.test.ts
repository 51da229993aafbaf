import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readLogKey } from '../log/log-key.ts'
import { verifyLog } from '../log/verify-log.ts'
import { DeskThread } from './desk-thread.ts'

const text = (words: string): number[] => [words.length, ...Buffer.from(words)]
const section = (id: number, ...items: readonly (readonly number[])[]): number[] => {
  const body = [items.length, ...items.flat()]
  return [id, body.length, ...body]
}
const I32 = 0x7f
const [noneToOne, oneToOne, twoToOne, sevenToOne] = [0, 1, 2, 7].map((count) => [
  0x60,
  count,
  ...Array.from({ length: count }, () => I32),
  1,
  I32,
]) as [number[], number[], number[], number[]]
const code = (...instructions: readonly number[]): number[] => [
  instructions.length + 2,
  0,
  ...instructions,
  0x0b,
]
/** `i32.const` of a number below 64. */
const constant = (value: number): number[] => [0x41, value]

const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** A compiled policy whose evaluation never ends: `loop br 0 end`. What it says of itself is text at 8 and 16. */
const spinning = Uint8Array.from([
  ...MAGIC,
  ...section(1, noneToOne, oneToOne, twoToOne, sevenToOne),
  ...section(2, [...text('env'), ...text('memory'), 2, 0, 2]),
  ...section(3, [0], [0], [1], [2], [1], [0], [3]),
  ...section(6, [I32, 0, ...constant(1), 0x0b], [I32, 0, ...constant(3), 0x0b]),
  ...longSection(7, [
    [...text('builtins'), 0, 0],
    [...text('entrypoints'), 0, 1],
    [...text('opa_malloc'), 0, 2],
    [...text('opa_json_parse'), 0, 3],
    [...text('opa_json_dump'), 0, 4],
    [...text('opa_heap_ptr_get'), 0, 5],
    [...text('opa_eval'), 0, 6],
    [...text('opa_wasm_abi_version'), 3, 0],
    [...text('opa_wasm_abi_minor_version'), 3, 1],
  ]),
  ...section(
    10,
    code(...constant(8)),
    code(...constant(16)),
    code(...constant(60)),
    code(...constant(8)),
    code(0x20, 0),
    code(...constant(60)),
    code(0x03, 0x40, 0x0c, 0, 0x0b, ...constant(0)),
  ),
  ...section(
    11,
    [0, ...constant(8), 0x0b, ...text('{}')],
    [0, ...constant(16), 0x0b, ...text('{"energy/smartgrid/decision":0}')],
  ),
])

/** Its length has two bytes. */
function longSection(id: number, items: readonly (readonly number[])[]): number[] {
  const body = [items.length, ...items.flat()]
  return [id, (body.length & 0x7f) | 0x80, body.length >> 7, ...body]
}

test('a rule that takes for ever is ended, nothing leaves, and the log is whole', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-spin-'))
  const head = Buffer.alloc(512)
  head.write('policy.wasm', 0)
  head.write(spinning.length.toString(8), 124)
  const rest = Buffer.alloc((512 - (spinning.length % 512)) % 512)
  const packed = gzipSync(Buffer.concat([head, spinning, rest]))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const path = join(directory, 'bundle.tar.gz')
  writeFileSync(path, packed)
  writeFileSync(`${path}.sig`, sign(null, packed, privateKey))
  const keys = [publicKey.export({ type: 'spki', format: 'pem' }).toString()]
  const settings = { policy: { kind: 'site', path, keys }, log: { directory } } as const
  const alarms: string[] = []
  const options = { onAlarm: (text: string) => alarms.push(text), answerMs: 2000, retryMs: 0 }
  const desk = new DeskThread(settings, options)
  const asked = [{ question: '{}', known: undefined, time: 1, records: 1 }]
  let turns = 0
  const turning = setInterval(() => turns++, 10)
  assert.equal(await desk.ask(asked), 'the policy did not answer within 2000 ms')
  clearInterval(turning)
  assert.ok(turns > 20, `this thread had ${turns} turns meanwhile`)
  assert.equal(await desk.tally([]), '')
  await desk.close()
  assert.deepEqual(alarms, [])
  assert.deepEqual(verifyLog({ directory, key: readLogKey(directory).public }).faults, [])
  rmSync(directory, { recursive: true })
})
