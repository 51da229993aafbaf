import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const LEASH = new URL('./leash.ts', import.meta.url)
const MAIN = new URL('../main.ts', import.meta.url)

export interface ChildSettings {
  /** As in `the edge ended`. */
  readonly name: string
  /** The command line after `busbar`. */
  readonly words: readonly string[]
  readonly onLine: (line: string) => void
  readonly onComplaint: (text: string) => void
}

/**
 * A busbar command in a process of its own, outside of the terminal's process group: Ctrl-C reaches us alone, and we
 * decide who ends first. It ends by itself when we are gone (`leash.ts`).
 */
export class Child {
  readonly name: string
  /** How it ended, in words; resolves when its last line has been read. */
  readonly ended: Promise<string>
  /** It said on its standard error why. */
  complained = false
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>

  constructor({ name, words, onLine, onComplaint }: ChildSettings) {
    this.name = name
    this.#process = spawn(
      process.execPath,
      ['--import', LEASH.href, fileURLToPath(MAIN), ...words],
      { detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
    )
    this.#process.stdin.on('error', () => {})
    createInterface({ input: this.#process.stdout }).on('line', onLine)
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complained = true
      onComplaint(text)
    })
    this.ended = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(error.message))
      this.#process.on('close', (code, signal) =>
        resolve(code === null ? `signal ${signal}` : `exit code ${code}`),
      )
    })
  }

  /** Asks, waits, and takes no for an answer only so long. */
  async stop(patienceMs: number): Promise<void> {
    const { exitCode, signalCode } = this.#process
    if (exitCode === null && signalCode === null) this.#process.kill('SIGTERM')
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), patienceMs)
    await this.ended
    clearTimeout(kill)
  }
}
