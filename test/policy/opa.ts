import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** Why a test that needs the real OPA is skipped; false: it is there. */
export function missingOpa(): string | false {
  const { error } = spawnSync('opa', ['version'])
  return error === undefined ? false : 'opa is not installed; .ci/run does it'
}

/** An OPA server with the rules of a folder. */
export class OpaServer {
  readonly url: string
  readonly #process: ChildProcess

  static async start(folder: string): Promise<OpaServer> {
    const port = await freePort()
    const words = ['run', '--server', '--addr', `127.0.0.1:${port}`, '--log-level', 'error']
    const server = new OpaServer(port, spawn('opa', [...words, '--disable-telemetry', folder]))
    for (let tries = 0; tries < 100; tries++) {
      const isUp = await fetch(`${server.url}/health`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isUp) return server
      await wait(100)
    }
    await server.stop()
    throw new Error('the OPA server does not start')
  }

  private constructor(port: number, process: ChildProcess) {
    this.url = `http://127.0.0.1:${port}`
    this.#process = process
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const exited = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill()
    await exited
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
