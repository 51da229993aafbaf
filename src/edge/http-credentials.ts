import {
  type SecureOptions,
  type TlsVersion,
  expirySeconds,
  secureOptions,
} from '../mqtt/transport/secure-context.ts'
import { CredentialFiles, credentialsError } from './credential-files.ts'

export interface HttpTls {
  readonly certificate: string
  readonly key: string
  readonly minimumVersion: TlsVersion
}

/** The certificate of HTTP, now and whenever its files change. */
export class HttpCredentials {
  readonly kind = 'http'
  readonly files: CredentialFiles
  readonly options: SecureOptions
  expirySeconds: number
  #use: (options: SecureOptions) => void = () => {}

  /** @throws GridError `input` that names the files. */
  constructor({ certificate, key, minimumVersion }: HttpTls, warn: (text: string) => void) {
    const paths = { certificate, key, clientCa: undefined }
    const settings = { minimumVersion, clientCertificates: 'none' } as const
    const credentials = CredentialFiles.read(paths)
    try {
      this.options = secureOptions(settings, credentials)
    } catch (cause) {
      throw credentialsError(paths, cause)
    }
    this.expirySeconds = expirySeconds(credentials)
    this.files = new CredentialFiles(paths, {
      renew: (renewed) => {
        this.#use(secureOptions(settings, renewed))
        this.expirySeconds = expirySeconds(renewed)
      },
      warn,
    })
  }

  /** Who is given another certificate. */
  useWith(use: (options: SecureOptions) => void): void {
    this.#use = use
  }
}
