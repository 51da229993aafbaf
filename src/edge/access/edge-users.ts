import type { Address } from '../../core/address.ts'
import { formatAddress, isLoopbackHost } from '../../core/address.ts'
import { UserDesk } from '../../users/user-desk.ts'
import type { Site } from '../site/site.ts'
import { UserFile } from './user-file.ts'

export interface EdgeUsersParts {
  readonly site: Pick<Site, 'listeners'>
  readonly directory: string
  readonly http: Address
  readonly warn: (text: string) => void
}

/** The users of an edge, in its data folder. */
export class EdgeUsers implements Disposable {
  readonly desk: UserDesk
  readonly #file: UserFile

  constructor({ site, directory, http, warn }: EdgeUsersParts) {
    this.#file = new UserFile(directory)
    const { certificate, plainLogins: allowsOpen = false } = site.listeners.http ?? {}
    this.desk = new UserDesk({
      query: this.#file.query,
      now: Date.now,
      addCommand: `busbar user add NAME --role engineer --data ${directory}`,
      allowsOpen,
      secureHint: SECURE_HINT,
    })
    if (this.#file.failure !== '') warn(`Nobody can log in: ${this.#file.failure}`)
    if (!isLoopbackHost(http.host) && certificate === undefined)
      warn(`${formatAddress(http)}: HTTP is in the clear. ${allowsOpen ? READABLE : SECURE_HINT}`)
  }

  /** Why users cannot be read or written; empty: they can. */
  get failure(): string {
    return this.#file.failure
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]()
  }
}

const SECURE_HINT =
  'Give listeners.http of the site file a certificate and a key; or, on a network where nobody listens in, plainLogins: true.'
const READABLE =
  'Passwords and tokens can be read on the way, as plainLogins of the site file says.'
