import { type Address, parseAddress } from '../core/address.ts'
import { limits } from '../core/limits.ts'
import {
  type Credentials,
  type TlsSettings,
  expirySeconds,
  renewCredentials,
} from '../mqtt/transport/secure-context.ts'
import { tcpServer } from '../mqtt/transport/tcp.ts'
import { tlsServer } from '../mqtt/transport/tls.ts'
import type { Transport } from '../mqtt/transport/transport.ts'
import { CredentialFiles, type CredentialPaths, credentialsError } from './credential-files.ts'
import type { HttpCredentials } from './http-credentials.ts'
import type { ListenerKind } from './site/listeners.ts'
import type { Listeners as ListenerSettings } from './site/site.ts'

type TlsServer = ReturnType<typeof tlsServer>

export interface ListenersParts {
  readonly transport: Transport
  readonly settings: ListenerSettings
  /** Told, in one sentence, of what an operator has to mend. */
  readonly warn: (text: string) => void
}

interface Secured {
  readonly kind: ListenerKind
  readonly files: CredentialFiles
  readonly expirySeconds: number
}

/** Where clients connect: the plain listener of the command line, and those of the site file. */
export class Listeners {
  readonly #parts: ListenersParts
  readonly #addresses = new Map<ListenerKind, Address>()
  readonly #secured: Secured[] = []
  readonly #looker: NodeJS.Timeout

  constructor(parts: ListenersParts) {
    this.#parts = parts
    this.#looker = setInterval(() => {
      for (const { files } of this.#secured) files.look()
    }, limits.certificateLookMs)
  }

  /** Those of the site file, by the names they have there. */
  get addresses(): ReadonlyMap<ListenerKind, Address> {
    return this.#addresses
  }

  /** Resolves with the address of the plain listener. */
  async open(mqtt: Address): Promise<Address> {
    const { transport, settings } = this.#parts
    const { tls, webSocket } = settings
    const plain = await transport.listen(
      tcpServer(transport),
      mqtt,
      'Choose another address with --mqtt HOST:PORT.',
    )
    if (tls !== undefined) {
      const server = this.#secure('tls', tls, (credentials) =>
        tlsServer(transport, tls, credentials),
      )
      await this.#listen('tls', server, tls.address)
    }
    if (webSocket !== undefined) {
      const { certificate, key } = webSocket
      // Loaded where it is used: node:http as a module takes a tenth of a start.
      const { secureWebSocketServer, webSocketServer } =
        await import('../mqtt/transport/web-socket.ts')
      const server =
        certificate === undefined || key === undefined
          ? webSocketServer(transport, webSocket)
          : this.#secure('webSocket', { ...webSocket, certificate, key }, (credentials) =>
              secureWebSocketServer(transport, { ...webSocket, tls: webSocket }, credentials),
            )
      await this.#listen('webSocket', server, webSocket.address)
    }
    return plain
  }

  /** Looks after the certificate of HTTP as after its own. */
  watch(http: HttpCredentials): void {
    this.#secured.push(http)
  }

  /** Of files of certificates that were changed and cannot be used. */
  faults(): readonly string[] {
    return this.#secured.map(({ files }) => files.fault).filter((fault) => fault !== '')
  }

  /** When each listener's certificate ends, in seconds since 1970. */
  expiries(): readonly { readonly kind: ListenerKind; readonly expirySeconds: number }[] {
    return this.#secured
  }

  stop(): void {
    clearInterval(this.#looker)
  }

  async #listen(
    kind: ListenerKind,
    server: Parameters<Transport['listen']>[0],
    text: string,
  ): Promise<void> {
    const key = `listeners.${kind}.address`
    const hint = `Choose another address at ${key} of the site file.`
    const address = await this.#parts.transport.listen(server, parseAddress(text, key), hint)
    this.#addresses.set(kind, address)
  }

  /** A server with the credentials of these files, now and whenever they change. */
  #secure(
    kind: ListenerKind,
    settings: TlsSettings &
      Omit<CredentialPaths, 'clientCa'> & { readonly clientCa?: string | undefined },
    serve: (credentials: Credentials) => TlsServer,
  ): TlsServer {
    const { certificate, key, clientCa } = settings
    const paths: CredentialPaths = { certificate, key, clientCa }
    const credentials = CredentialFiles.read(paths)
    let server: TlsServer
    try {
      server = serve(credentials)
    } catch (cause) {
      throw credentialsError(paths, cause)
    }
    const files = new CredentialFiles(paths, {
      renew: (renewed) => {
        renewCredentials(server, settings, renewed)
        secured.expirySeconds = expirySeconds(renewed)
      },
      warn: this.#parts.warn,
    })
    const secured = { kind, files, expirySeconds: expirySeconds(credentials) }
    this.#secured.push(secured)
    return server
  }
}
