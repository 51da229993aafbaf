import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'

const ERRORS_MAX = 20

export interface Supervision {
  /** What Node.js is given; the first word is the program, which an upgrade exchanges. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** RestartSec of the unit in docs/operating.md. */
  readonly restartMs: number
}

/** An edge and what a service manager does for it: it is started again whenever it ends. */
export class SupervisedEdge implements AsyncDisposable {
  readonly #supervision: Supervision
  #program: string
  #child: ChildProcess
  #isAskedTo = false
  #isOver = false
  readonly #ended: Promise<void>
  /** The last of what it wrote to standard error. */
  readonly errors: string[] = []
  /** Ends that nobody asked for. */
  falls = 0

  constructor(supervision: Supervision) {
    this.#supervision = supervision
    this.#program = supervision.words[0] ?? ''
    this.#child = this.#spawn()
    this.#ended = this.#supervise()
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.falls--
    await this.#end('SIGKILL')
  }

  /** Ended in good order and started at once; with another program from then on where one is given. */
  async restart(program = this.#program): Promise<void> {
    this.#program = program
    this.#isAskedTo = true
    await this.#end('SIGTERM')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    this.#child.kill('SIGTERM')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 20_000)
    await this.#ended
    clearTimeout(late)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }

  async #supervise(): Promise<void> {
    for (;;) {
      if (this.#child.exitCode === null && this.#child.signalCode === null)
        await once(this.#child, 'exit')
      if (!this.#isAskedTo && !this.#isOver) {
        this.falls++
        await pause(this.#supervision.restartMs)
      }
      if (this.#isOver) return
      this.#isAskedTo = false
      this.#child = this.#spawn()
    }
  }

  #spawn(): ChildProcess {
    const { words, environment } = this.#supervision
    const child = spawn(process.execPath, [this.#program, ...words.slice(1)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors.push(text.trimEnd())
      this.errors.splice(0, this.errors.length - ERRORS_MAX)
    })
    return child
  }
}
