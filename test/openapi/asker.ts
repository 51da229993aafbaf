import { type RequestOptions, request } from 'node:http'
import { request as secureRequest } from 'node:https'

export interface Question {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly type?: string
}

export interface Answer {
  readonly status: number
  /** Without parameters. */
  readonly type: string
  readonly text: string
}

/** Asks one server as a browser would that has logged in: it keeps the cookie that it is given. */
export class Asker {
  readonly #url: string
  readonly #ca: Buffer | undefined
  #cookie = ''

  constructor(url: string, ca?: Buffer) {
    this.#url = url
    this.#ca = ca
  }

  async ask({ method, path, body, type = 'application/json' }: Question): Promise<Answer> {
    const content = Buffer.isBuffer(body) || body === undefined ? body : JSON.stringify(body)
    const target = new URL(path, this.#url)
    const options: RequestOptions & { readonly ca?: Buffer | undefined } = {
      method,
      ca: this.#ca,
      headers: {
        'x-busbar-request': '1',
        ...(this.#cookie === '' ? {} : { cookie: this.#cookie }),
        ...(content === undefined ? {} : { 'content-type': type }),
      },
    }
    const send = target.protocol === 'https:' ? secureRequest : request
    return new Promise((resolve, reject) => {
      const outgoing = send(target, options, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
        answer.on('end', () => {
          const [cookie] = answer.headers['set-cookie'] ?? []
          if (cookie !== undefined) this.#cookie = cookie.split(';', 1)[0] ?? ''
          const media = (answer.headers['content-type'] ?? '').split(';', 1)[0] ?? ''
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: answer.statusCode ?? 0, type: media, text })
        })
      })
      outgoing.on('error', reject).end(content)
    })
  }
}
