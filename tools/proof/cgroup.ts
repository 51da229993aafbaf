import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Budget {
  readonly cores: number
  readonly megabytes: number
}

const ROOT = '/sys/fs/cgroup'
const PERIOD_US = 100_000

/** A group of control of our own, version 2 or 1, that holds whatever is started in it to a budget. */
export class Cgroup implements Disposable {
  readonly what: string
  readonly #folders: readonly string[]
  readonly #isNew: boolean

  /** @throws where this machine lets nobody make one */
  constructor(name: string, { cores, megabytes }: Budget) {
    this.#isNew = existsSync(join(ROOT, 'cgroup.controllers'))
    this.what = this.#isNew ? 'cgroup v2' : 'cgroup v1'
    const bytes = String(megabytes * 2 ** 20)
    const quota = String(cores * PERIOD_US)
    if (this.#isNew) {
      writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+cpu +memory')
      this.#folders = [join(ROOT, name)]
    } else this.#folders = [join(ROOT, 'memory', name), join(ROOT, 'cpu', name)]
    for (const folder of this.#folders) mkdirSync(folder, { recursive: true })
    const [memory = '', cpu = memory] = this.#folders
    if (this.#isNew) {
      writeFileSync(join(memory, 'memory.max'), bytes)
      writeFileSync(join(cpu, 'cpu.max'), `${quota} ${PERIOD_US}`)
      return
    }
    writeFileSync(join(memory, 'memory.limit_in_bytes'), bytes)
    writeFileSync(join(cpu, 'cpu.cfs_period_us'), String(PERIOD_US))
    writeFileSync(join(cpu, 'cpu.cfs_quota_us'), quota)
  }

  /** A command line that is in the group before it becomes the program. */
  within(words: readonly string[]): readonly string[] {
    const enter = this.#folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ')
    return ['sh', '-c', `${enter} && exec "$@"`, 'sh', ...words]
  }

  /** The most that it had of memory, files in the cache of the kernel among it. */
  get peakMegabytes(): number {
    const file = this.#isNew ? 'memory.peak' : 'memory.max_usage_in_bytes'
    return Number(this.#read(0, file)) / 2 ** 20
  }

  /** How long it was held back because it had had its share of the processors. */
  get throttledSeconds(): number {
    const stat = this.#read(this.#folders.length - 1, 'cpu.stat')
    const micros = /^throttled_usec (\d+)$/m.exec(stat)?.[1]
    if (micros !== undefined) return Number(micros) / 1e6
    return Number(/^throttled_time (\d+)$/m.exec(stat)?.[1] ?? 0) / 1e9
  }

  [Symbol.dispose](): void {
    for (const folder of this.#folders) rmdirSync(folder)
  }

  #read(folder: number, file: string): string {
    return readFileSync(join(this.#folders[folder] ?? '', file), 'utf8').trim()
  }
}
