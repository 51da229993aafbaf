import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A policy server that lets everything out as it is. */
export class OpenPolicy implements AsyncDisposable {
  readonly #server = createServer((asked, reply) => {
    asked.resume().once('end', () => {
      const result = { allow: true, reason: 'a test lets everything out', redact: [] }
      reply.setHeader('content-type', 'application/json').end(JSON.stringify({ result }))
    })
  })

  static async start(): Promise<OpenPolicy> {
    const policy = new OpenPolicy()
    await new Promise<void>((resolve) => policy.#server.listen(0, '127.0.0.1', resolve))
    return policy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
