import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

/** The other end of SCRAM-SHA-256, for tests; written anew from RFC 5802, so that a mistake of ours is not made twice. */
export class ScramClient {
  readonly #name: string
  readonly #password: string
  readonly #nonce: string
  readonly #header: string
  #expected = ''

  constructor(
    name: string,
    password: string,
    { nonce = 'rOprNGfwEbeRWgbNEkqO', header = 'n,,' } = {},
  ) {
    this.#name = name
    this.#password = password
    this.#nonce = nonce
    this.#header = header
  }

  get #bare(): string {
    return `n=${this.#name},r=${this.#nonce}`
  }

  first(): string {
    return this.#header + this.#bare
  }

  /** The answer to the server's first message. */
  final(serverFirst: string): string {
    const [, nonce = '', salt = '', rounds = ''] = /^r=(.+),s=(.+),i=(\d+)$/.exec(serverFirst) ?? []
    if (!nonce.startsWith(this.#nonce)) throw new Error(`another nonce: ${serverFirst}`)
    const salted = pbkdf2Sync(
      this.#password,
      Buffer.from(salt, 'base64'),
      Number(rounds),
      32,
      'sha256',
    )
    const clientKey = sign(salted, 'Client Key')
    const covered = `c=${Buffer.from(this.#header).toString('base64')},r=${nonce}`
    const all = `${this.#bare},${serverFirst},${covered}`
    const signature = sign(createHash('sha256').update(clientKey).digest(), all)
    const proof = Buffer.alloc(32)
    for (let at = 0; at < 32; at++) proof[at] = (clientKey[at] ?? 0) ^ (signature[at] ?? 0)
    this.#expected = `v=${sign(sign(salted, 'Server Key'), all).toString('base64')}`
    return `${covered},p=${proof.toString('base64')}`
  }

  /** The server has proved that it knows the password. */
  isServer(serverFinal: string): boolean {
    return this.#expected !== '' && serverFinal === this.#expected
  }
}

function sign(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
