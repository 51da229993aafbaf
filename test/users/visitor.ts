import { type Address, formatAddress } from '../../src/core/address.ts'

export const PHRASE = 'tall trees near water'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

/** Somebody with a browser, or a program with a token. */
export class Visitor {
  readonly #base: string
  readonly #headers: Record<string, string>

  constructor(http: Address | string, headers: Readonly<Record<string, string>> = {}) {
    this.#base = `http://${typeof http === 'string' ? http : formatAddress(http)}`
    this.#headers = { ...headers }
  }

  get cookie(): string {
    return this.#headers['cookie'] ?? ''
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#send(path, { method: 'GET' }, headers)
  }

  /** As the console does it, or with other headers. */
  async post(
    path: string,
    body: object = {},
    headers: Readonly<Record<string, string>> = { 'x-busbar-request': '1' },
  ): Promise<Answer> {
    const init = { method: 'POST', body: JSON.stringify(body) }
    return this.#send(path, init, { 'content-type': 'application/json', ...headers })
  }

  /** Keeps the cookie as a browser does. */
  async login(name: string, password = PHRASE): Promise<Answer> {
    const answer = await this.post('/api/v1/login', { name, password })
    const [cookie] = (answer.headers.get('set-cookie') ?? '').split(';', 1)
    if (answer.status === 200 && cookie !== undefined) this.#headers['cookie'] = cookie
    return answer
  }

  async #send(
    path: string,
    init: RequestInit,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const all = { ...this.#headers, ...headers }
    const response = await fetch(`${this.#base}${path}`, { ...init, headers: all })
    const text = await response.text()
    const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: response.status, body, headers: response.headers }
  }
}
