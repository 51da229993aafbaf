import type { WriteStream } from 'node:tty'
import { type Micros, formatTime } from '../../core/time.ts'

const LINE_INTERVAL_MS = 10_000
const TERMINAL_INTERVAL_MS = 250
const JSON_INTERVAL_MS = 1000

export interface ProgressOptions {
  /** The moment after the last that is wanted. */
  readonly to: Micros
  readonly json: boolean
  readonly output: WriteStream
  readonly startedMs: number
}

/** How far an export is, by the time that it has come to: a line drawn over itself on a terminal, lines now and then elsewhere. */
export class Progress {
  readonly #options: ProgressOptions
  #shownMs: number
  #first: number | undefined
  #isDrawn = false

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#shownMs = options.startedMs
  }

  /** `time` of the last of so many readings. */
  show(time: number, readings: number, nowMs: number): void {
    this.#first ??= time
    const { json, output } = this.#options
    const often = output.isTTY ? TERMINAL_INTERVAL_MS : LINE_INTERVAL_MS
    if (nowMs - this.#shownMs < (json ? JSON_INTERVAL_MS : often)) return
    this.#shownMs = nowMs
    const line = { readings, time: formatTime(time as Micros), ...this.#estimate(time, nowMs) }
    if (json) output.write(`${JSON.stringify({ done: false, ...line })}\n`)
    else if (output.isTTY) {
      output.write(`\r\u001b[K${lineText(line)}`)
      this.#isDrawn = true
    } else output.write(`${lineText(line)}\n`)
  }

  /** The line on a terminal makes room for what comes next. */
  end(): void {
    if (this.#isDrawn) this.#options.output.write('\r\u001b[K')
    this.#isDrawn = false
  }

  #estimate(time: number, nowMs: number): { fraction: number; secondsLeft: number | null } {
    const { to, startedMs } = this.#options
    const first = this.#first ?? time
    const fraction = Math.round(((time - first) / Math.max(to - first, 1)) * 1000) / 1000
    const elapsedMs = nowMs - startedMs
    const secondsLeft =
      fraction === 0 ? null : Math.round((elapsedMs * (1 - fraction)) / fraction / 1000)
    return { fraction, secondsLeft }
  }
}

interface Line {
  readonly readings: number
  readonly time: string
  readonly fraction: number
  readonly secondsLeft: number | null
}

function lineText({ readings, time, fraction, secondsLeft }: Line): string {
  const left = secondsLeft === null ? '' : `, ${secondsLeft} s left`
  return `${readings.toLocaleString('en-US')} readings up to ${time}, ${Math.floor(fraction * 100)} %${left}`
}
