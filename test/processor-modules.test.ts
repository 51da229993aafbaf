import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../src/core/limits.ts'
import { checkModule } from '../src/kernel/module-check.ts'
import { ProcessorInstance } from '../src/kernel/instance.ts'
import { Trial, type TrialReading } from '../src/kernel/trial.ts'
import { MANIFEST, compiled, same } from './processors/modules.ts'

const CONFIGURATION = { settings: {}, site: {} }

describe('a module that is refused', () => {
  test('speaks another version of the ABI', async () => {
    const bytes = await compiled(same, (abi) => abi.replace('return ABI_VERSION', 'return 2'))
    const module = checkModule(bytes, 'next')
    assert.throws(
      () => new ProcessorInstance(module, 'next', CONFIGURATION),
      /next speaks version 2 of the ABI/,
    )
  })

  test('lacks a function, or imports one', async () => {
    const lacking = await compiled((source) => source.replace('  tick,\n', ''))
    assert.throws(() => checkModule(lacking, 'lacking'), /does not export the function tick/)
    const importing = await compiled((source) => `${source}\ntrace('hello')\n`)
    assert.throws(() => checkModule(importing, 'importing'), /imports env\.trace/)
  })

  test('may grow without a bound, or beyond the limit, or is no module', async () => {
    const bytes = await compiled(same)
    const at = memoryMaximumAt(bytes)
    const unbounded = bytes.slice()
    unbounded[at.flags] = 0
    assert.throws(() => checkModule(unbounded, 'unbounded'))
    const greedy = bytes.slice()
    greedy[at.maximum + 1] = (greedy[at.maximum + 1] as number) + 1
    assert.throws(() => checkModule(greedy, 'greedy'), /may take \d+ pages; 1024 are allowed/)
    assert.throws(() => checkModule(new Uint8Array(10), 'none'), /no WebAssembly module/)
    assert.throws(
      () => checkModule(new Uint8Array(limits.processorBytes + 1), 'large'),
      /has 4194305 bytes/,
    )
  })
})

/** Flags and maximum of the memory section, whose numbers take a byte and two. */
function memoryMaximumAt(bytes: Uint8Array): { readonly flags: number; readonly maximum: number } {
  for (let at = 8; at < bytes.length;) {
    const section = bytes[at++]
    let length = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] as number
      length += (byte & 127) * factor
      if (byte < 128) break
    }
    if (section === 5) return { flags: at + 1, maximum: at + 3 }
    at += length
  }
  throw new Error('there is a memory section')
}

test('a snapshot that another module made is refused, whatever is in it', async () => {
  const module = checkModule(await compiled(same), 'template')
  for (const bytes of [
    [],
    [1],
    [255, 255, 255, 255, 1, 2, 3],
    Array.from({ length: 99 }, () => 7),
  ]) {
    const instance = new ProcessorInstance(module, 'template', CONFIGURATION)
    assert.throws(() => instance.restore(Uint8Array.from(bytes)))
  }
})

const HOURLY = `
import { Batch, Point, Processor, StateReader, StateWriter, Table, Window, Windows, emitAggregate, name, start, withField, withRevision, withValue } from '../sdk/index.ts'
export { abi_version, alloc, configure, outputs, process, restore, snapshot, tick } from '../sdk/abi.ts'
const MEAN = name('power.mean')
const SAMPLES = name('samples')
const HOUR: i64 = 3600000000
class Hourly extends Processor {
  private readonly all: Table<Windows> = new Table<Windows>()
  override point(point: Point): void { this.all.set(point.number, new Windows(HOUR, 60000000, 3)) }
  override process(batch: Batch): void {
    for (let row = 0; row < batch.rows; row++) {
      const windows = this.all.get(batch.point(row))
      if (windows == null) continue
      windows.add(batch.time(row), batch.value(row))
      this.tell(windows)
    }
  }
  private tell(windows: Windows): void {
    let window: Window | null = windows.next()
    while (window != null) {
      emitAggregate(MEAN, 0, window.start, window.start + HOUR)
      withValue(window.mean)
      withRevision(window.revision)
      withField(SAMPLES, <f64>window.samples)
      window = windows.next()
    }
  }
  override tick(now: i64): void {
    const windows = this.all.get(0)
    if (windows == null) return
    windows.pass(now)
    this.tell(windows)
  }
  override save(state: StateWriter): void { this.all.get(0)!.save(state) }
  override load(state: StateReader): void { this.all.get(0)!.load(state) }
}
start(new Hourly())
`

const HOUR = 3600e6

function power(hours: number, value: number): TrialReading {
  return { subject: 'm1', quantity: 'power.active', time: hours * HOUR, value }
}

describe('windows of the SDK', () => {
  const trial = async (state?: Parameters<typeof Trial.start>[1]['state']) => {
    const bytes = await compiled(() => HOURLY)
    return new Trial({ manifest: MANIFEST, bytes }, state === undefined ? {} : { state })
  }
  const found = (own: Trial) =>
    own.take().map(({ time, value, revision, fields }) => {
      return [time / HOUR, value, revision, fields['samples']]
    })

  test('close when time has passed them, and are told again when late readings change them', async () => {
    const own = await trial()
    own.feed([power(0.1, 10), power(0.5, 20), power(1.01, 7)])
    assert.deepEqual(found(own), [], 'a minute is waited for what is late')
    own.feed([power(1.1, 9), power(0.9, 60)])
    assert.deepEqual(found(own), [
      [0, 15, 0, 2],
      [0, 30, 1, 3],
    ])
    own.tick(2.5 * HOUR)
    assert.deepEqual(found(own), [[1, 8, 0, 2]])
  })

  test('what is older than those that are kept is left out; a snapshot goes on where it was', async () => {
    const own = await trial()
    own.feed([power(1.5, 1), power(2.5, 1), power(3.5, 1), power(4.5, 1), power(0.5, 1)])
    assert.deepEqual(
      found(own).map(([start]) => start),
      [1, 2, 3],
    )
    const again = await trial(own.save())
    again.feed([power(2.6, 3), power(5.5, 1)])
    assert.deepEqual(found(again), [
      [2, 2, 1, 2],
      [4, 1, 0, 1],
    ])
  })

  test('before 1970 too, a window begins before its readings', async () => {
    const own = await trial()
    own.feed([power(-0.5, 4), power(1, 1)])
    assert.deepEqual(found(own), [[-1, 4, 0, 1]])
  })
})
