import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Unpacked } from './unpacked.ts'

interface Wishes {
  /** In the place of the image's own words. */
  readonly words?: readonly string[]
  readonly env?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
  /** What is mounted where. */
  /** As `shareProcessNamespace` of a pod: what is no init ends by SIGTERM without asking for it. */
  readonly sharesProcesses?: boolean
  readonly mounts?: Readonly<Record<string, { readonly from: string; readonly writable?: boolean }>>
}

/** crun takes one hierarchy of cgroups only, and what a machine has is its own business: in a mount namespace of its own there is the new one. */
const SCRIPT =
  'umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec crun --root "$1/state" run --bundle "$1" "$2"'

/** Further behind than any thread of ours goes by itself, as a service with `Nice=` is; who is not root cannot come forward again. */
const NICE = '15'

/** A container of crun's, as a cluster restricts it: read-only, without a capability, with the network of this machine. */
export class Container implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'busbar-container-'))
  readonly #process: ChildProcess
  output = ''

  constructor({ rootfs, config }: Unpacked, wishes: Wishes = {}) {
    const { words = config.Cmd ?? [], env = [], annotations = {}, mounts = {} } = wishes
    const [uid = 0, gid = 0] = config.User.split(':').map(Number)
    const user = { uid, gid }
    const args = [...config.Entrypoint, ...words]
    const cwd = config.WorkingDir ?? '/'
    const process = {
      user,
      args,
      cwd,
      env: [...config.Env, ...env],
      noNewPrivileges: true,
      capabilities: {},
    }
    const bound = Object.entries(mounts).map(([destination, { from, writable = false }]) => ({
      destination,
      type: 'bind',
      source: from,
      options: ['bind', writable ? 'rw' : 'ro'],
    }))
    const usual = [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
    ]
    const own = ['mount', 'ipc', 'uts', ...(wishes.sharesProcesses === true ? [] : ['pid'])]
    const namespaces = own.map((type) => ({ type }))
    const root = { path: rootfs, readonly: true }
    const spec = {
      ociVersion: '1.0.2',
      process,
      root,
      mounts: [...usual, ...bound],
      annotations,
      linux: { namespaces },
    }
    writeFileSync(join(this.#folder, 'config.json'), JSON.stringify(spec))
    mkdirSync(join(this.#folder, 'state'))
    const name = this.#folder.split('/').at(-1) ?? ''
    const isolated = ['unshare', '-m', 'sh', '-c', SCRIPT, 'sh', this.#folder, name]
    this.#process = spawn('nice', ['-n', NICE, ...isolated], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text))
  }

  /** Until it has said so, or is gone. */
  async until(what: RegExp): Promise<RegExpExecArray> {
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 30_000)
    for (let found = what.exec(this.output); ; found = what.exec(this.output)) {
      if (found !== null || this.#process.exitCode !== null) clearTimeout(late)
      if (found !== null) return found
      if (this.#process.exitCode !== null) throw new Error(`the container ended: ${this.output}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Its exit code; after SIGTERM, where it runs. */
  async end(signal: NodeJS.Signals | 0 = 'SIGTERM'): Promise<number | null> {
    const { exitCode } = this.#process
    if (exitCode !== null) return exitCode
    if (signal !== 0) this.#process.kill(signal)
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 20_000)
    const [code] = (await once(this.#process, 'exit')) as [number | null]
    clearTimeout(late)
    return code
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
