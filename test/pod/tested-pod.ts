import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compilePod } from '../../src/kernel/compile.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const HOST = fileURLToPath(new URL('./run-pod.ts', import.meta.url))

/** What runs a pod: always our host under Node.js, and WasmEdge where it is installed. */
export type Runtime = 'node' | 'wasmedge'

const hasWasmEdge = spawnSync('wasmedge', ['--version']).error === undefined
export const RUNTIMES: readonly { readonly runtime: Runtime; readonly skip: string | false }[] = [
  { runtime: 'node', skip: false },
  { runtime: 'wasmedge', skip: hasWasmEdge ? false : 'wasmedge is not in PATH' },
]

const files = new Map<string, string>()

/** A pod, compiled once a test file; WasmEdge gets it compiled ahead of time. */
export async function podFile(runtime: Runtime, name = 'high-load'): Promise<string> {
  let folder = files.get(name)
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'busbar-pod-'))
    const made = folder
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    const bytes = await compilePod({ folder: ROOT, entry: `kernel/pod/${name}.ts` })
    writeFileSync(join(made, 'pod.wasm'), bytes)
    if (hasWasmEdge)
      spawnSync('wasmedge', ['compile', join(made, 'pod.wasm'), join(made, 'pod.aot.wasm')])
    files.set(name, made)
  }
  return join(folder, runtime === 'node' ? 'pod.wasm' : 'pod.aot.wasm')
}

export interface PodEnding {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** `power-data-processor` in a process of its own. */
export class TestedPod implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<PodEnding>
  #said = ''
  #wake: () => void = () => {}

  /** Does not wait until it has joined. */
  static async start(
    runtime: Runtime,
    port: number,
    variables: Readonly<Record<string, string>> = {},
    name = 'high-load',
  ): Promise<TestedPod> {
    const file = await podFile(runtime, name)
    const environment = { MQTT_PORT: String(port), ...variables }
    const pairs = Object.entries(environment).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ])
    const child =
      runtime === 'node'
        ? spawn(process.execPath, [HOST, file], { env: { ...process.env, ...environment } })
        : spawn('wasmedge', [...pairs, file])
    return new TestedPod(child)
  }

  static async ready(...start: Parameters<typeof TestedPod.start>): Promise<TestedPod> {
    const pod = await TestedPod.start(...start)
    await pod.says(/^ready$/m)
    return pod
  }

  private constructor(child: ChildProcess) {
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
        this.#wake()
      })
    }
    this.#ended = once(child, 'close').then(([code, signal]) => {
      this.#wake()
      return { code, signal } as PodEnding
    })
  }

  get said(): string {
    return this.#said
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Every record that its processors have put out, one after another; TRACE has to be `records`. */
  get records(): Buffer {
    const lines = [...this.#said.matchAll(/^records ([0-9a-f]*)$/gm)]
    return Buffer.from(lines.map(([, text = '']) => text).join(''), 'hex')
  }

  /** Waits until it has said so, after what it had said when `takeSaid` was called. */
  async says(pattern: RegExp, withinMs = 15_000): Promise<void> {
    const due = Date.now() + withinMs
    while (!pattern.test(this.#said)) {
      const left = due - Date.now()
      if (left <= 0 || !this.isRunning)
        throw new Error(`the pod never said ${pattern.source}: ${this.#said}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** What it has said so far, which then is forgotten. */
  takeSaid(): string {
    const said = this.#said
    this.#said = ''
    return said
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  ending(): Promise<PodEnding> {
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
