import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { main } from 'assemblyscript/asc'
import {
  BATCH_ROWS,
  POINTS_AT,
  QUALITIES_AT,
  TIMES_AT,
  VALUES_AT,
} from '../../kernel/sdk/layout.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Reads every quantity; what a pod of WASI would add is left out. */
const ENTRY = `
import './kernel/template/module'
import { host, startTogether } from './kernel/pod/hosted'
host('high-load', '*')
startTogether()
export { alloc } from './kernel/sdk/abi'
export { numberRead, readNumber } from './kernel/pod/decimal'
export { openText, closeText, writeNumber, writeTime } from './kernel/pod/message-text'
export { deviceNumber } from './kernel/pod/points'
export { readPayload } from './kernel/pod/readings'
export { clearRows, rows } from './kernel/pod/rows'
export { BATCH } from './kernel/pod/subjects'
`

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly BATCH: { readonly value: number }
  alloc(bytes: number): number
  numberRead(): number
  readNumber(at: number): number
  openText(at: number, bytes: number): void
  closeText(): number
  writeNumber(value: number): void
  writeTime(micros: bigint): void
  deviceNumber(at: number, bytes: number): number
  readPayload(start: number, end: number, device: number, now: bigint): number
  clearRows(): void
  rows(): number
}

export interface PodRow {
  readonly point: number
  readonly time: number
  readonly value: number
  readonly bits: number
}

const BUFFER_BYTES = 1 << 20
const DEVICE = 'meter-1'

/** What a pod reads with, without the pod: text in, rows and numbers out. */
export class PodReader {
  readonly #exports: Exports
  readonly #buffer: number
  readonly #device: number

  static async compile(): Promise<PodReader> {
    let module: Uint8Array<ArrayBuffer> | undefined
    let said = ''
    const flags = ['--outFile', 'm.wasm', '-O3', '--runtime', 'minimal']
    const { error } = await main(['reader.ts', ...flags, '--use', 'abort=kernel/sdk/trap/trap'], {
      stderr: { write: (text) => void (said += String(text)) },
      readFile: (name, base) => (name === 'reader.ts' ? ENTRY : source(posix.join(base, name))),
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') module = new Uint8Array(contents)
      },
      listFiles: () => [],
    })
    if (error !== null || module === undefined) throw new Error(said)
    return new PodReader(new WebAssembly.Module(module))
  }

  private constructor(module: WebAssembly.Module) {
    const world = new Proxy({}, { get: () => () => 0 })
    const imports = new Proxy({}, { get: () => world })
    this.#exports = new WebAssembly.Instance(module, imports).exports as Exports
    this.#buffer = this.#exports.alloc(BUFFER_BYTES)
    this.#put(DEVICE)
    this.#device = this.#exports.deviceNumber(this.#buffer, DEVICE.length)
  }

  /** The number at the start of the text; undefined where there is none, or something follows it. */
  number(text: string): number | undefined {
    const bytes = this.#put(text)
    const end = this.#exports.readNumber(this.#buffer)
    return end === this.#buffer + bytes ? this.#exports.numberRead() : undefined
  }

  text(value: number): string {
    return this.#written(() => this.#exports.writeNumber(value))
  }

  timeText(micros: number): string {
    return this.#written(() => this.#exports.writeTime(BigInt(micros)))
  }

  #written(write: () => void): string {
    this.#exports.openText(this.#buffer, 100)
    write()
    const bytes = this.#exports.closeText() - this.#buffer
    return Buffer.from(new Uint8Array(this.#exports.memory.buffer, this.#buffer, bytes)).toString()
  }

  /** The rows of a payload, in a batch of its own; undefined: it cannot be read. */
  rows(payload: string | Uint8Array, now: number): PodRow[] | undefined {
    const { memory, BATCH } = this.#exports
    this.#exports.clearRows()
    const end = this.#buffer + this.#put(payload)
    const code = this.#exports.readPayload(this.#buffer, end, this.#device, BigInt(now))
    if (code !== 0) return undefined
    const view = new DataView(memory.buffer, BATCH.value, 22 * BATCH_ROWS)
    return Array.from({ length: this.#exports.rows() }, (_, row) => ({
      point: view.getUint32(POINTS_AT + 4 * row, true),
      time: Number(view.getBigInt64(TIMES_AT + 8 * row, true)),
      value: view.getFloat64(VALUES_AT + 8 * row, true),
      bits: view.getUint16(QUALITIES_AT + 2 * row, true),
    }))
  }

  /** Behind it lies what no payload may be mistaken to go on with. */
  #put(text: string | Uint8Array): number {
    const bytes = Buffer.from(text)
    const target = new Uint8Array(this.#exports.memory.buffer, this.#buffer, BUFFER_BYTES)
    target.set(bytes)
    target.fill(0x58, bytes.length, bytes.length + 300)
    return bytes.length
  }
}

function source(path: string): string | null {
  try {
    const text = readFileSync(join(ROOT, path), 'utf8')
    return text.replaceAll(/((?:from|import) '\.[^']*)\.ts'/g, "$1'")
  } catch {
    return null
  }
}
