import { spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { type Server as HttpsServer, createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { mkdirSync, writeFileSync } from 'node:fs'
import { SMTPServer } from 'smtp-server'
import type { Certificates } from '../transports/certificates.ts'
import { Server, freePort } from '../uplink/servers.ts'

export interface Mail {
  readonly user: string
  readonly isSecure: boolean
  readonly to: readonly string[]
  readonly raw: string
  /** The text of it, out of its encoding. */
  readonly words: string
}

/** A mail server that insists on TLS and a password. */
export class MailServer {
  readonly mails: Mail[] = []
  readonly #certificates: Certificates
  readonly #isImplicit: boolean
  #server: SMTPServer | undefined
  port = 0

  constructor(certificates: Certificates, how: 'starttls' | 'implicit') {
    this.#certificates = certificates
    this.#isImplicit = how === 'implicit'
  }

  async start(): Promise<void> {
    const server = new SMTPServer({
      secure: this.#isImplicit,
      cert: this.#certificates.read('mail.pem'),
      key: this.#certificates.read('mail.key'),
      logger: false,
      onAuth: ({ username, password }, _session, done) =>
        password === 'secret of mail'
          ? done(null, { user: username })
          : done(new Error('wrong password')),
      onData: (stream, session, done) => {
        void text(stream).then((raw) => {
          const to = session.envelope.rcptTo.map(({ address }) => address)
          const user = typeof session.user === 'string' ? session.user : ''
          this.mails.push({ user, isSecure: session.secure, to, raw, words: wordsOf(raw) })
          done()
        })
      },
    })
    server.on('error', () => {})
    this.#server = server
    const listening = server.listen(this.port, '127.0.0.1')
    await once(listening, 'listening')
    this.port = (listening.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server?.close(() => resolve()))
  }
}

/** The body, whatever mail has made of it. */
function wordsOf(raw: string): string {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  if (/transfer-encoding: base64/i.test(head))
    return Buffer.from(body, 'base64').toString().replaceAll('\r\n', '\n')
  if (!/quoted-printable/i.test(head)) return body.replaceAll('\r\n', '\n')
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  return Buffer.from(bytes, 'latin1').toString().replaceAll('\r\n', '\n')
}

export interface Hooked {
  readonly path: string
  readonly delivery: string
  readonly text: string
  readonly body: {
    readonly id: string
    readonly site: string
    readonly test: boolean
    readonly text: string
    readonly notices: readonly {
      readonly kind: string
      readonly alarm: Readonly<Record<string, unknown>>
    }[]
  }
}

/** A receiver of signed JSON, over HTTPS. */
export class Hook {
  readonly heard: Hooked[] = []
  /** Messages whose signature or time was not right. */
  forged = 0
  /** What it answers. */
  status = 204
  readonly #certificates: Certificates
  #server: HttpsServer | undefined
  port = 0

  constructor(certificates: Certificates) {
    this.#certificates = certificates
  }

  async start(): Promise<void> {
    const cert = this.#certificates.read('mail.pem')
    const options = { cert, key: this.#certificates.read('mail.key') }
    this.#server = createServer(options, (request, response) => {
      void text(request).then((body) => {
        const signed = String(request.headers['x-busbar-signature'])
        if (!isGenuine(signed, body)) this.forged++
        else if (this.status < 300)
          this.heard.push({
            path: request.url ?? '',
            delivery: String(request.headers['x-busbar-delivery']),
            text: body,
            body: JSON.parse(body) as Hooked['body'],
          })
        response.writeHead(this.status).end()
      })
    })
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }
}

/** As the page tells receivers to look. */
function isGenuine(signed: string, body: string): boolean {
  const [, seconds = '', digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signed) ?? []
  const own = createHmac('sha256', 'secret of hook').update(`${seconds}.${body}`).digest('hex')
  return digest === own && Math.abs(Date.now() / 1000 - Number(seconds)) < 300
}

export const noAlertmanager: string | false =
  spawnSync('prometheus-alertmanager', ['--version']).error === undefined
    ? false
    : 'Alertmanager is not here (package prometheus-alertmanager)'

export interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly status: { readonly state: string }
}

/** The real one. */
export class Alertmanager {
  readonly #folder: string
  #server: Server | undefined
  port = 0

  constructor(folder: string) {
    this.#folder = join(folder, 'alertmanager')
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(
      join(this.#folder, 'alertmanager.yml'),
      'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n',
    )
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort()
    const child = spawn(
      'prometheus-alertmanager',
      [
        `--config.file=${join(this.#folder, 'alertmanager.yml')}`,
        `--storage.path=${join(this.#folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${this.port}`,
        '--cluster.listen-address=',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#server = await new Server(this.port, child).ready(
      async () => (await fetch(`${this.url}/-/ready`).catch(() => undefined))?.ok === true,
    )
  }

  async stop(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
  }

  /** Those that are there: it lists none that are over. */
  async alerts(): Promise<readonly Alert[]> {
    return (await (await fetch(`${this.url}/api/v2/alerts`)).json()) as Alert[]
  }
}
