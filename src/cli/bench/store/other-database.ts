import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GridError } from '../../../core/errors.ts'
import type { DataSet, DeviceData } from './data-set.ts'

/** A database of the distribution that series can be given to over HTTP. */
export interface OtherDatabase {
  readonly name: string
  /** Of the package, looked for on the path. */
  readonly program: string
  readonly args: (directory: string) => readonly string[]
  readonly ready: string
  /** Requests that bring one device, each a path and a body. */
  readonly requests: (
    device: DeviceData,
  ) => Iterable<{ readonly path: string; readonly body: string }>
  /** What makes it write everything to its files. */
  readonly flush: readonly string[]
  /** Folders that hold data, and no caches. */
  readonly folders: readonly string[]
}

const PORT = 18_428
const ROWS_PER_REQUEST = 10_000
const READY_TRIES = 100

export const victoriaMetrics: OtherDatabase = {
  name: 'VictoriaMetrics',
  program: 'victoria-metrics',
  args: (directory) => [
    `-storageDataPath=${directory}`,
    `-httpListenAddr=127.0.0.1:${PORT}`,
    '-retentionPeriod=100y',
    '-loggerLevel=ERROR',
  ],
  ready: '/health',
  *requests({ name, times, series }) {
    for (const { quantity, values } of series) {
      const metric = { __name__: quantity, device: name }
      for (let start = 0; start < times.length; start += ROWS_PER_REQUEST) {
        const timestamps = Array.from(times.subarray(start, start + ROWS_PER_REQUEST), (micros) => {
          return Math.floor(micros / 1000)
        })
        const part = Array.from(values.subarray(start, start + ROWS_PER_REQUEST))
        yield { path: '/api/v1/import', body: JSON.stringify({ metric, values: part, timestamps }) }
      }
    }
  },
  flush: ['/internal/force_flush'],
  folders: ['data', 'indexdb'],
}

export const influxDb: OtherDatabase = {
  name: 'InfluxDB',
  program: 'influxd',
  args(directory) {
    const path = join(directory, 'influxdb.conf')
    const part = (name: string): string => JSON.stringify(join(directory, name))
    writeFileSync(
      path,
      `reporting-disabled = true
bind-address = "127.0.0.1:${PORT + 1}"
[meta]
dir = ${part('meta')}
[data]
dir = ${part('data')}
wal-dir = ${part('wal')}
cache-snapshot-write-cold-duration = "1s"
compact-full-write-cold-duration = "1s"
[http]
bind-address = "127.0.0.1:${PORT}"
log-enabled = false
`,
    )
    return ['-config', path]
  },
  ready: '/query?q=CREATE%20DATABASE%20bench',
  *requests({ name, times, series }) {
    for (let start = 0; start < times.length; start += ROWS_PER_REQUEST) {
      const lines: string[] = []
      const end = Math.min(times.length, start + ROWS_PER_REQUEST)
      for (let row = start; row < end; row++) {
        const fields = series.map(({ quantity, values }) => `${quantity}=${values[row]}`).join(',')
        lines.push(`readings,device=${name} ${fields} ${Math.floor((times[row] as number) / 1000)}`)
      }
      yield { path: '/write?db=bench&precision=ms', body: lines.join('\n') }
    }
  },
  flush: [],
  folders: ['data/bench', 'wal/bench'],
}

/** Bytes a reading; undefined: it is not installed. */
export async function measureOther(
  { program, args, ready, requests, flush, folders }: OtherDatabase,
  directory: string,
  { devices, readings }: DataSet,
): Promise<number | undefined> {
  if (spawnSync('which', [program]).status !== 0) return undefined
  mkdirSync(directory)
  const child = spawn(program, args(directory), { stdio: 'ignore' })
  try {
    await untilReady(ready)
    for (const device of devices) for (const request of requests(device)) await post(request)
    for (const path of flush) await post({ path, body: '' })
    if (flush.length === 0) await sleep(COLD_MS)
  } finally {
    await stop(child)
  }
  return folders.reduce((sum, folder) => sum + bytesIn(join(directory, folder)), 0) / readings
}

/** InfluxDB compacts when nothing has come for a second, and takes its time. */
const COLD_MS = 20_000

async function untilReady(path: string): Promise<void> {
  for (let tries = 0; tries < READY_TRIES; tries++) {
    try {
      return await post({ path, body: '' })
    } catch {
      await sleep(100)
    }
  }
  throw new GridError('unreachable', `a database to be measured does not answer on port ${PORT}`)
}

async function post(request: { readonly path: string; readonly body: string }): Promise<void> {
  const { path, body } = request
  const response = await fetch(`http://127.0.0.1:${PORT}${path}`, { method: 'POST', body })
  const text = await response.text()
  if (!response.ok) throw new GridError('unreachable', `${path}: ${response.status} ${text}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** As the disk has it: some files are made large and stay empty for the most part. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).blocks * 512, 0)
}

async function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
