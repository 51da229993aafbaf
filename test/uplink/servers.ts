import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { type Socket, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const START_MS = 60_000

/** A server of another project on a free port, with a folder of the test's. */
export class Server implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  #log = ''

  constructor(port: number, child: ChildProcess) {
    this.port = port
    this.#child = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text))
  }

  async ready(isReady: () => boolean | Promise<boolean>): Promise<this> {
    for (const endMs = Date.now() + START_MS; Date.now() < endMs; await pause(200)) {
      if (this.#child.exitCode !== null) break
      if (await isReady()) return this
    }
    throw new Error(`a server did not start: ${this.#log}`)
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** It reads its files again. */
  reload(): void {
    this.#child.kill('SIGHUP')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGINT')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }
}

export const noMosquitto: string | false =
  spawnSync('mosquitto', ['-h']).error === undefined
    ? false
    : 'mosquitto is not here (package mosquitto)'

/** `words`: lines of its configuration. A second time, in the same folder and on the same port, it finds what it was to keep. */
export async function startMosquitto(
  folder: string,
  words: readonly string[] = [],
  onPort?: number,
): Promise<Server> {
  const port = onPort ?? (await freePort())
  const config = join(folder, 'mosquitto.conf')
  writeFileSync(
    config,
    [`listener ${port} 127.0.0.1`, 'allow_anonymous true', ...words, ''].join('\n'),
  )
  const child = spawn('mosquitto', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  return new Server(port, child).ready(async () => canConnect(port))
}

const binaries = findBinaries()
export const noPostgres: string | false =
  binaries === undefined ? 'PostgreSQL is not here (package postgresql)' : false

/** It does not run as root, which tests in a container may be. A second time in the same folder it goes on with what is there. */
export async function startPostgres(folder: string, onPort?: number): Promise<Server> {
  const bin = binaries ?? ''
  const data = join(folder, 'postgres')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const owner = process.getuid?.() === 0 ? idsOf('postgres') : undefined
  if (owner !== undefined) {
    chownSync(folder, owner.uid, owner.gid)
    chownSync(data, owner.uid, owner.gid)
  }
  if (!existsSync(join(data, 'PG_VERSION'))) makeCluster(bin, data, owner)
  const port = onPort ?? (await freePort())
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', ''],
    { ...owner, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const url = `postgres://busbar@127.0.0.1:${port}/postgres`
  return new Server(port, child).ready(
    () => spawnSync('psql', [url, '-c', 'SELECT 1'], { stdio: 'ignore' }).status === 0,
  )
}

function makeCluster(bin: string, data: string, owner: object | undefined): void {
  const words = ['-D', data, '-A', 'trust', '-U', 'busbar', '-E', 'UTF8', '--no-sync']
  const made = spawnSync(join(bin, 'initdb'), words, { ...owner, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
}

function findBinaries(): string | undefined {
  const folder = '/usr/lib/postgresql'
  const versions = existsSync(folder) ? readdirSync(folder) : []
  return versions
    .map((version) => join(folder, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')))
}

function idsOf(user: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim())
  return { uid: id('-u'), gid: id('-g') }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
