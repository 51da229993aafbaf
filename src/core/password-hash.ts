import { argon2, argon2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { limits } from './limits.ts'

/** What a guess costs whoever makes it, and us whenever somebody logs in. */
export interface Cost {
  readonly memoryKib: number
  readonly passes: number
}

/** A password that a person chose can be guessed: OWASP's least for argon2id, some 30 ms. */
export const CHOSEN: Cost = { memoryKib: 19_456, passes: 2 }

/** 256 random bits cannot be guessed at any cost: a thousand devices that come back at once are let in within two seconds. */
export const GENERATED: Cost = { memoryKib: 1024, passes: 1 }

/** As people write it, in the form of the Password Hashing Competition: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`. */
export function hashPassword(password: Uint8Array, cost: Cost): string {
  const salt = randomBytes(SALT_BYTES)
  const hash = argon2Sync('argon2id', parameters(password, { ...cost, salt, parallelism: 1 }))
  return hashText(cost, salt, hash)
}

/** As `hashPassword`, in a thread of libuv: whoever serves others meanwhile is not held up. */
export async function makePasswordHash(password: Uint8Array, cost: Cost): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const wanted = parameters(password, { ...cost, salt, parallelism: 1 })
  argon2('argon2id', wanted, (error, made) => (error === null ? resolve(made) : reject(error)))
  return hashText(cost, salt, await promise)
}

function hashText({ memoryKib, passes }: Cost, salt: Uint8Array, hash: Uint8Array): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${bare(salt)}$${bare(hash)}`
}

/** Undefined: not of that form, or dearer than a login may be. */
export function parseHash(text: string): PasswordHash | undefined {
  const [, m = '', t = '', p = '', salt = '', hash = ''] = PHC.exec(text) ?? []
  const parsed = {
    memoryKib: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
  const isSound =
    parsed.parallelism >= 1 &&
    parsed.parallelism <= 8 &&
    parsed.memoryKib >= 8 * parsed.parallelism &&
    parsed.memoryKib <= limits.passwordMemoryKib &&
    parsed.passes >= 1 &&
    parsed.passes <= limits.passwordPasses &&
    parsed.salt.length >= 8 &&
    parsed.hash.length >= 16
  return isSound ? parsed : undefined
}

export interface PasswordHash extends Cost {
  readonly parallelism: number
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

export interface Comparison {
  /** Asked when its turn has come: is it still worth it? */
  readonly isDue: () => boolean
  /** Never called before `compare` has returned. */
  readonly done: (outcome: 'right' | 'wrong' | 'skipped') => void
}

/** Compares in threads of libuv, where nobody waits for it, and a few at a time. */
export class PasswordChecks {
  readonly #bounds: CheckBounds
  readonly #waiting: Check[] = []
  #running = 0

  constructor(bounds: CheckBounds = DEVICE_CHECKS) {
    this.#bounds = bounds
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#bounds.waiting
  }

  /** `password` is copied, and the copy wiped once it is compared. */
  compare(password: Uint8Array, known: PasswordHash, comparison: Comparison): void {
    this.#waiting.push({ ...comparison, copy: Buffer.from(password), known })
    this.#next()
  }

  #next(): void {
    while (this.#running < this.#bounds.atOnce) {
      const check = this.#waiting.shift()
      if (check === undefined) return
      if (check.isDue()) this.#run(check)
      else {
        check.copy.fill(0)
        queueMicrotask(() => check.done('skipped'))
      }
    }
  }

  #run({ copy, known, done }: Check): void {
    this.#running++
    argon2('argon2id', parameters(copy, known), (error, found) => {
      copy.fill(0)
      this.#running--
      const isRight = error === null && timingSafeEqual(found, known.hash)
      done(isRight ? 'right' : 'wrong')
      this.#next() // Whether the next is due may depend on what was just found.
    })
  }
}

/** How many at a time, and how many may wait for their turn. */
export interface CheckBounds {
  readonly atOnce: number
  readonly waiting: number
}

const DEVICE_CHECKS: CheckBounds = {
  atOnce: limits.passwordChecks,
  waiting: limits.passwordChecksWaiting,
}

interface Check extends Comparison {
  readonly copy: Buffer
  readonly known: PasswordHash
}

const SALT_BYTES = 16
const HASH_BYTES = 32
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

function parameters(
  message: Uint8Array,
  known: Omit<PasswordHash, 'hash'> & { readonly hash?: Uint8Array },
): Parameters<typeof argon2Sync>[1] {
  return {
    message,
    nonce: known.salt,
    parallelism: known.parallelism,
    tagLength: known.hash?.length ?? HASH_BYTES,
    memory: known.memoryKib,
    passes: known.passes,
  }
}

function bare(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}
