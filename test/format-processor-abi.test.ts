import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BATCH_BYTES, BATCH_ROWS, CONTENT_AT } from '../kernel/sdk/layout.ts'
import { loadBuiltIn } from '../src/kernel/built-in.ts'
import { checkModule } from '../src/kernel/module-check.ts'
import { ProcessorInstance } from '../src/kernel/instance.ts'
import { OutputDecoder } from '../src/kernel/output-decoder.ts'
import { bytesOf } from './docs/hex-dump.ts'
import { fencesOf, readPage } from './docs/pages.ts'

const page = readPage('docs/format/processor-abi.md')
const [names, events] = fencesOf(page)
  .filter(({ language }) => language === 'hex')
  .map(({ text }) => bytesOf(text))
assert.ok(names !== undefined && events !== undefined)

const EVENT = {
  kind: 'event',
  name: 'load.high',
  subject: 7,
  key: 0,
  time: 1764000000000000,
  end: 0,
  value: 1500,
  quality: 0,
  revision: 0,
  severity: 0,
  state: 'start',
  fields: {},
}

function records(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + CONTENT_AT, bytes.length - CONTENT_AT)
}

test('the example decodes to what the page says of it', () => {
  const decoder = new OutputDecoder()
  assert.deepEqual(decoder.decode(records(names)), [])
  assert.deepEqual(decoder.decode(records(events)), [EVENT])
  assert.ok(page.includes(`${BATCH_BYTES.toLocaleString('en')} bytes`))
  assert.ok(page.includes(`i64[${BATCH_ROWS}]`))
})

test('the template puts out the example', async () => {
  const { manifest, bytes } = await loadBuiltIn('template')
  const module = checkModule(bytes, manifest.name)
  const instance = new ProcessorInstance(module, 'example', {
    settings: { limitW: 1000 },
    site: {},
  })
  instance.introduce({
    subjects: [{ number: 7, kind: 'device', id: 'm1', entry: undefined }],
    points: [{ number: 3, subject: 7, quantity: 'power.active', unit: 'W' }],
  })
  const { times, values, points, qualities } = instance.columns
  times.set([EVENT.time % 2 ** 32, Math.floor(EVENT.time / 2 ** 32)])
  values[0] = EVENT.value
  points[0] = 3
  qualities[0] = 0
  instance.process(1)
  assert.deepEqual(instance.take(), [EVENT])
})

test('a module is a stranger: whatever a byte is changed to, decoding ends with results or a complaint', () => {
  for (let at = 0; at < events.length - CONTENT_AT; at++) {
    for (const bit of [0x01, 0x10, 0x80]) {
      const changed = events.slice()
      changed[CONTENT_AT + at] = (changed[CONTENT_AT + at] as number) ^ bit
      const decoder = new OutputDecoder()
      decoder.decode(records(names))
      try {
        assert.ok(decoder.decode(records(changed)).length <= 1)
      } catch (thrown) {
        assert.equal((thrown as { code?: string }).code, 'input', String(thrown))
      }
    }
  }
})
