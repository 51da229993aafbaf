import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))

export interface Addresses {
  readonly mqtt: string
  readonly http: string
}

/** `busbar demo` in processes of its own, as a person starts it, on ports that are free. */
export class DemoUnderTest {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  #text = ''
  #heard: () => void = () => {}

  /** `command` is what stands in the README or in package.json. */
  constructor(command: string, folder: string) {
    const [program = '', ...words] = command.split(' ')
    const places = [
      '--mqtt',
      '127.0.0.1:0',
      '--http',
      '127.0.0.1:0',
      '--centre-http',
      '127.0.0.1:0',
      '--data',
      folder,
    ]
    this.#child = spawn(program, [...words, ...places], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text
        this.#heard()
      })
    }
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject).once('close', (code) => {
        resolve(code)
        this.#heard()
      })
    })
  }

  /** Everything it printed so far. */
  get text(): string {
    return this.#text
  }

  /** Where it listens; throws what it said instead where it ended. */
  async addresses(): Promise<Addresses> {
    for (;;) {
      const [, mqtt] = /^ *MQTT 5\.0 +(\S+)$/m.exec(this.#text) ?? []
      const [, http] = /^ *HTTP +http:\/\/(\S+)$/m.exec(this.#text) ?? []
      if (mqtt !== undefined && http !== undefined) return { mqtt, http }
      const { exitCode } = this.#child
      if (exitCode !== null) throw new Error(`the demo ended (${exitCode}): ${this.#text}`)
      await new Promise<void>((resolve) => {
        this.#heard = resolve
      })
    }
  }

  /** Ctrl-C. */
  async interrupt(): Promise<{ readonly code: number | null; readonly ms: number }> {
    const startedMs = performance.now()
    this.#child.kill('SIGINT')
    const code = await this.#ended
    return { code, ms: performance.now() - startedMs }
  }

  /** For a test that failed half-way. */
  async abandon(): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#ended
  }
}

export interface Outcome {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** One line of a page in a shell, from the root of the repository. */
export async function runLine(line: string): Promise<Outcome> {
  const child = spawn('sh', ['-c', line], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, output, errors }))
  })
}

export async function isInstalled(program: string): Promise<boolean> {
  const { code } = await runLine(`command -v ${program}`)
  return code === 0
}
