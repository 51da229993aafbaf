import { hostname } from 'node:os'
import type { IClientOptions } from 'mqtt'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Answer, type Request, decodeRequest, encodeAnswer } from '../../fleet/transfer.ts'
import type { Enrolment } from '../authority/enrolment.ts'
import type { Database } from '../database/database.ts'
import { FleetLink } from './fleet-link.ts'
import { OwnPost, SharedPost } from './post.ts'
import { Rollouts } from './rollouts.ts'
import { SetShelf } from './set-shelf.ts'
import type { SiteReports } from './site-reports.ts'

export interface DeskParts {
  readonly url: string
  readonly options: IClientOptions
  readonly group: string
  /** `own`: in this process; other workers have theirs. */
  readonly broker: 'own' | 'shared'
  readonly reports: SiteReports
  readonly database: Database
  readonly enrolment: Enrolment | undefined
  readonly warn: (text: string) => void
}

/** What a centre hears of its sites and tells them, beside their records. */
export class FleetDesk {
  readonly sets: SetShelf
  readonly rollouts: Rollouts
  readonly #link: FleetLink
  readonly #reports: SiteReports
  readonly #warn: (text: string) => void
  readonly #timer: NodeJS.Timeout
  readonly #enrolment: Enrolment | undefined
  #answering = 0
  #complaint = ''

  constructor({ reports, database, enrolment, ...parts }: DeskParts) {
    this.#enrolment = enrolment
    this.#reports = reports
    this.#warn = parts.warn
    this.sets = new SetShelf(database)
    const send = async (site: string, desired: Uint8Array): Promise<void> =>
      this.#link.send(site, 'desired', desired)
    const post =
      parts.broker === 'own'
        ? new OwnPost(database, send)
        : new SharedPost(database, parts.url, send)
    const worker = `centre ${hostname()} ${process.pid}`
    this.rollouts = new Rollouts({ database, post, worker })
    this.#link = new FleetLink({
      ...parts,
      listener: {
        connected: () => void this.rollouts.sendAgain().catch(this.#complain),
        reported: (site, bytes) => reports.heard({ site, bytes, heardAt: Date.now() * 1000 }),
        request: (site, bytes) => void this.#answer(site, bytes).catch(this.#complain),
      },
    })
    this.#timer = setInterval(() => {
      void reports.store()
      if (this.#link.isConnected) void this.rollouts.look(Date.now())
    }, limits.rolloutLookMs).unref()
  }

  /** Why nothing can be done; empty: it can. */
  get failure(): string {
    return this.rollouts.failure !== '' ? this.rollouts.failure : this.#reports.failure
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#link.stop()
  }

  /** What finds no room is asked for again. */
  async #answer(site: string, bytes: Uint8Array): Promise<void> {
    const request = decodeRequest(bytes)
    if (request === undefined || this.#answering >= limits.answersInHand) return
    this.#answering++
    try {
      if (request.kind === 'read') await this.#sendPiece(site, request)
      else await this.#renew(site, request)
    } finally {
      this.#answering--
    }
  }

  async #sendPiece(
    site: string,
    { digest, offset }: Extract<Request, { readonly kind: 'read' }>,
  ): Promise<void> {
    const set = await this.rollouts.setOf(site)
    const piece =
      set === undefined ? undefined : await this.sets.piece(site, { set, digest, offset })
    const answer =
      piece === undefined
        ? ({ kind: 'nothing', digest } as const)
        : ({ kind: 'piece', digest, offset, ...piece } as const)
    await this.#link.send(site, 'answer', encodeAnswer(answer))
  }

  async #renew(site: string, request: Extract<Request, { readonly kind: 'renew' }>): Promise<void> {
    let answer: Answer
    try {
      const pem = await this.#enrolment?.renew(site, request, Date.now() * 1000)
      answer =
        pem === undefined
          ? { kind: 'refused', why: 'this centre makes no certificates' }
          : { kind: 'certificate', pem }
    } catch (thrown) {
      if (!(thrown instanceof GridError)) throw thrown
      answer = { kind: 'refused', why: thrown.message }
    }
    await this.#link.send(site, 'answer', encodeAnswer(answer))
  }

  readonly #complain = (thrown: unknown): void => {
    const text = errorText(thrown)
    if (text !== this.#complaint) this.#warn(`fleet: ${text}`)
    this.#complaint = text
  }
}
