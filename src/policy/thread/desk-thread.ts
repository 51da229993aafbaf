import { Worker } from 'node:worker_threads'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Answer } from '../decision.ts'
import type { Asked } from '../desk.ts'
import type { Desk } from '../gate.ts'
import type { Entry } from '../log/decision-log.ts'
import {
  type DeskReply,
  type DeskRequest,
  type DeskSettings,
  IN_USE_AGAIN,
  NOTHING_LEAVES,
  type PolicyChoice,
} from './desk-messages.ts'

interface Waiting {
  readonly id: number
  readonly timer: NodeJS.Timeout
  done(reply: DeskReply | string): void
}

export interface DeskThreadOptions {
  readonly onAlarm: (text: string) => void
  readonly answerMs?: number
  readonly retryMs?: number
  readonly restMs?: number
}

/**
 * The main thread's end of the desk. A thread that does not answer in time is ended, whatever it is doing, and what it was asked
 * has no answer; another is started once a question comes when a while has passed. A thread that is asked nothing rests: it is ended, and the next
 * question starts it again. One with something to complain of stays, so that it can say when that is over.
 */
export class DeskThread implements Desk {
  #settings: DeskSettings
  readonly #options: Required<DeskThreadOptions>
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #exited: Promise<unknown> = Promise.resolve()
  readonly #restTimer: NodeJS.Timeout
  /** The log has been put down, or is about to be. */
  #resting: Promise<unknown> | undefined
  #hasAlarm = false
  #fault = ''
  #downUntil = 0
  #lastId = 0
  #isClosed = false

  constructor(settings: DeskSettings, options: DeskThreadOptions) {
    this.#settings = settings
    this.#options = {
      answerMs: limits.policyAnswerMs,
      retryMs: limits.policyRetryMs,
      restMs: limits.policyThreadIdleMs,
      ...options,
    }
    // At once, so that what is wrong with the policy or the log is said at once.
    this.#worker = this.#start()
    this.#restTimer = setTimeout(() => this.#rest(), this.#options.restMs).unref()
  }

  async ask(asked: readonly Asked[]): Promise<readonly Answer[] | string> {
    const reply = await this.#send((id) => ({ kind: 'ask', id, asked }))
    return typeof reply === 'string' ? reply : reply.kind === 'answers' ? reply.answers : NO_ANSWER
  }

  async tally(entries: readonly Entry[]): Promise<string> {
    const reply = await this.#send((id) => ({ kind: 'tally', id, entries }))
    return typeof reply === 'string' ? reply : reply.kind === 'tallied' ? reply.fault : NO_ANSWER
  }

  /** Another policy decides from now on, also in threads to come. Returns why it cannot, or nothing. */
  async renew(policy: PolicyChoice): Promise<string> {
    this.#settings = { ...this.#settings, policy }
    const reply = await this.#send((id) => ({ kind: 'renew', id, policy }))
    return typeof reply === 'string' ? reply : reply.kind === 'renewed' ? reply.fault : NO_ANSWER
  }

  /** Answers what waits, closes the log, ends the thread. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#restTimer)
    if (this.#resting !== undefined) {
      await this.#resting
      // The log says that it was closed.
      this.#worker = this.#start()
    }
    if (this.#worker !== undefined) await this.#end(this.#worker, 'close')
    await this.#exited
  }

  #rest(): void {
    const worker = this.#worker
    if (worker === undefined || this.#waiting.size > 0 || this.#hasAlarm) return
    this.#worker = undefined
    this.#resting = this.#end(worker, 'rest')
  }

  /** Resolves when the thread has ended, or was told to once more. */
  async #end(worker: Worker, kind: 'close' | 'rest'): Promise<void> {
    worker.ref()
    worker.postMessage({ kind } satisfies DeskRequest)
    const { promise, resolve } = Promise.withResolvers<void>()
    const patience = setTimeout(() => {
      void worker.terminate()
      resolve()
    }, this.#options.answerMs)
    await Promise.race([this.#exited, promise])
    clearTimeout(patience)
  }

  async #send(make: (id: number) => DeskRequest): Promise<DeskReply | string> {
    if (this.#resting !== undefined) await this.#resting
    if (this.#isClosed) return 'the edge is stopping'
    if (this.#worker === undefined && Date.now() >= this.#downUntil) this.#worker = this.#start()
    const worker = this.#worker
    if (worker === undefined) return this.#fault
    return new Promise((resolve) => {
      const id = ++this.#lastId
      const timer = setTimeout(() => this.#giveUp(worker), this.#options.answerMs)
      this.#waiting.set(id, { id, timer, done: resolve })
      worker.ref()
      worker.postMessage(make(id))
    })
  }

  /** It keeps the process alive only while somebody waits for it. */
  #start(): Worker {
    const worker = new Worker(new URL('./desk-worker.ts', import.meta.url), {
      workerData: { ...this.#settings, isResumed: this.#resting !== undefined },
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: limits.policyThreadHeapMb,
        maxYoungGenerationSizeMb: limits.policyThreadYoungMb,
      },
    })
    worker.unref()
    this.#resting = undefined
    this.#hasAlarm = false
    worker.on('message', (reply: DeskReply) => this.#take(worker, reply))
    worker.on('error', (thrown) =>
      this.#lost(worker, `the policy's thread ended: ${errorText(thrown)}`),
    )
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        this.#lost(worker, `the policy's thread ended with code ${code}`)
        resolve(code)
      })
    })
    return worker
  }

  #take(worker: Worker, reply: DeskReply): void {
    switch (reply.kind) {
      case 'alarm':
        this.#hasAlarm = reply.text !== IN_USE_AGAIN
        this.#options.onAlarm(reply.text)
        return
      case 'failed':
        this.#options.onAlarm(`${NOTHING_LEAVES}: ${reply.text}`)
        this.#lost(worker, reply.text)
        return
      case 'answers':
      case 'tallied':
      case 'renewed':
        this.#finish(reply.id, reply)
    }
  }

  #finish(id: number, reply: DeskReply | string): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    if (this.#waiting.size === 0) {
      this.#worker?.unref()
      this.#restTimer.refresh()
    }
    waiting.done(reply)
  }

  #giveUp(worker: Worker): void {
    this.#lost(worker, `the policy did not answer within ${this.#options.answerMs} ms`)
    void worker.terminate()
  }

  #lost(worker: Worker, text: string): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#fault = text
    this.#downUntil = Date.now() + this.#options.retryMs
    for (const { id } of this.#waiting.values()) this.#finish(id, text)
  }
}

const NO_ANSWER = 'the policy answered something else'
