const CELLS = 24

/** One line on the terminal that is written over; where there is no terminal, nothing. */
export class ProgressBar {
  readonly #total: number
  readonly #startedMs: number

  constructor(total: number, nowMs: number) {
    this.#total = total
    this.#startedMs = nowMs
  }

  show(done: number, nowMs: number): void {
    if (!process.stderr.isTTY) return
    const share = done / this.#total
    const seconds = (nowMs - this.#startedMs) / 1000
    const bar = '#'.repeat(Math.round(share * CELLS)).padEnd(CELLS, '.')
    const rate = Math.round(done / Math.max(seconds, 0.001)).toLocaleString('en')
    const left = done === 0 ? '?' : Math.ceil((seconds / done) * (this.#total - done)).toString()
    const text = `[${bar}] ${Math.floor(share * 100)} %  ${rate} readings/s  ETA ${left} s`
    process.stderr.write(`\r${text.padEnd(79)}`)
  }

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write(`\r${' '.repeat(79)}\r`)
  }
}
