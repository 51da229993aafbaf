import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { buildInterposer } from '../power-cut/interposer.ts'

/** What `worn.c` makes worse, by where it reads it. */
const PLACES = { stepUs: 0, syncUs: 8, full: 16 } as const

/** Clock and disk of a program, which can be made worse while it runs; the machine's own are left alone. */
export class WornMachine implements Disposable {
  /** For the program that is to run on it. */
  readonly environment: Readonly<Record<string, string>>
  readonly #control: number

  constructor(folder: string) {
    const path = join(folder, 'worn')
    writeFileSync(path, Buffer.alloc(24))
    this.#control = openSync(path, 'r+')
    const library = buildInterposer(folder, new URL('worn.c', import.meta.url))
    this.environment = { LD_PRELOAD: library, WORN_CONTROL: path }
  }

  set(what: keyof typeof PLACES, value: number): void {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value))
    writeSync(this.#control, bytes, 0, bytes.length, PLACES[what])
  }

  [Symbol.dispose](): void {
    closeSync(this.#control)
  }
}
