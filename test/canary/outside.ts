import { request } from 'node:http'
import type { Address } from '../../src/core/address.ts'

/** An address of this machine that the site file of the test does not count among its own. */
export const OUTSIDE = '127.0.0.77'

export interface Heard {
  /** What was asked for. */
  readonly road: string
  readonly status: number
  /** Everything that came, as it came. */
  readonly bytes: Buffer
  readonly body: Buffer
}

export interface Question {
  readonly path: string
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/** Asks from outside, on a connection of its own, and keeps every byte of the answer. */
export function askFrom(
  localAddress: string,
  { host, port }: Address,
  { path, method = 'GET', headers = {}, body }: Question,
): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const options = { host, port, path, method, headers, localAddress, agent: false }
    const asked = request(options, (response) => {
      const content: Buffer[] = []
      response.on('data', (chunk: Buffer) => content.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const road = `${method} ${path}`
        const status = response.statusCode ?? 0
        resolve({ road, status, bytes: Buffer.concat(chunks), body: Buffer.concat(content) })
      })
    })
    asked.on('socket', (socket) => socket.on('data', (chunk: Buffer) => chunks.push(chunk)))
    asked.on('error', reject)
    asked.end(body)
  })
}
