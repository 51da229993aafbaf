import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { GridError, errorCode } from '../../core/errors.ts'
import { sha256 } from '../../fleet/set.ts'
import type { Baseline } from '../../fleet/watch.ts'
import { writeDurably } from './durable-file.ts'
import type { PlacedFile } from './places.ts'

/** A set that was put in its place, or what was there before any. */
export interface Held {
  /** Empty: somebody put these there by hand. */
  readonly digest: string
  readonly revision: number
  readonly files: readonly PlacedFile[]
}

/** A set on its way in or out. What a step says is done again after a stop in the middle of it. */
export interface Trial {
  readonly step: 'placing' | 'watching' | 'withdrawing'
  readonly held: Held
  readonly back: Held
  readonly watchSeconds: number
  /** Since it was placed. */
  readonly starts: number
  readonly baseline: Baseline
  /** Why it is withdrawn. */
  readonly reason: string
}

export interface SetState {
  /** The highest revision that was ever placed. */
  readonly floor: number
  /** What was good last; null: nothing was ever placed by a centre. */
  readonly good: Held | null
  /** What was good before that. */
  readonly before: Held | null
  readonly trial: Trial | null
  readonly last: {
    readonly digest: string
    readonly revision: number
    readonly outcome: 'good' | 'failed' | 'rolled-back'
    readonly reason: string
  } | null
}

const NOTHING: SetState = { floor: 0, good: null, before: null, trial: null, last: null }

/** `fleet/` of the data folder: contents by their digest, whom to trust, and how far the set that is being tried has come. */
export class SetStore {
  readonly #folder: string
  #state: SetState

  constructor(directory: string) {
    this.#folder = join(directory, 'fleet')
    this.#state = this.#readState()
  }

  get state(): SetState {
    return this.#state
  }

  /** On the disk when it returns. */
  save(state: SetState): void {
    writeDurably(join(this.#folder, 'state.json'), `${JSON.stringify(state, undefined, 1)}\n`)
    this.#state = state
  }

  /** Public keys whose sets this edge runs. Nothing that comes over a network changes them. */
  trustedKeys(): readonly string[] {
    try {
      const text = readFileSync(join(this.#folder, 'trusted-keys'), 'utf8')
      return text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
    } catch (cause) {
      if (errorCode(cause) === 'ENOENT') return []
      throw cause
    }
  }

  trust(keys: readonly string[]): void {
    writeDurably(join(this.#folder, 'trusted-keys'), keys.map((key) => `${key}\n`).join(''))
  }

  has(digest: string): boolean {
    return statSync(this.pathOf(digest), { throwIfNoEntry: false }) !== undefined
  }

  /** So much of it has come. */
  received(digest: string): number {
    return statSync(this.#part(digest), { throwIfNoEntry: false })?.size ?? 0
  }

  append(digest: string, bytes: Uint8Array): void {
    mkdirSync(join(this.#folder, 'contents'), { recursive: true })
    appendFileSync(this.#part(digest), bytes)
  }

  /** False: what came is not what was asked for, and is thrown away. */
  finish(digest: string): boolean {
    const part = this.#part(digest)
    const bytes = this.received(digest) === 0 ? Buffer.alloc(0) : readFileSync(part)
    const isRight = sha256(bytes) === digest
    if (isRight) writeDurably(this.pathOf(digest), bytes)
    rmSync(part, { force: true })
    return isRight
  }

  keep(bytes: Uint8Array): string {
    const digest = sha256(bytes)
    if (!this.has(digest)) writeDurably(this.pathOf(digest), bytes)
    return digest
  }

  /** @throws GridError `corrupt` where the disk has something else under that name. */
  read(digest: string): Buffer<ArrayBuffer> {
    const bytes = readFileSync(this.pathOf(digest))
    if (sha256(bytes) === digest) return bytes
    throw new GridError('corrupt', `${this.pathOf(digest)} is not what it was`)
  }

  /** Takes away what no set needs any more; what has come in part of another stays. */
  sweep(also: readonly string[] = []): void {
    const { good, before, trial } = this.#state
    const held = [good, before, trial?.held, trial?.back]
    const files = held.flatMap((each) => each?.files.map((file) => file.sha256) ?? [])
    const needed = new Set([...files, ...also])
    for (const name of listed(join(this.#folder, 'contents'))) {
      const isPart = name.endsWith('.part')
      if (!needed.has(isPart ? name.slice(0, -'.part'.length) : name))
        rmSync(join(this.#folder, 'contents', name), { force: true })
    }
  }

  /** Where it lies, for a thread that reads it. */
  pathOf(digest: string): string {
    return join(this.#folder, 'contents', digest)
  }

  #part(digest: string): string {
    return `${this.pathOf(digest)}.part`
  }

  #readState(): SetState {
    const path = join(this.#folder, 'state.json')
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as SetState
    } catch (cause) {
      if (errorCode(cause) === 'ENOENT') return NOTHING
      // What runs goes on; only what was before it is not known any more.
      renameSync(path, `${path}.damaged`)
      return NOTHING
    }
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return []
    throw cause
  }
}
