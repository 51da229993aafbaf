import type { WriteStream } from 'node:tty'
import { type Figures, lineText, tableText } from './table.ts'

const PLAIN_INTERVAL_MS = 5000

/** Shows figures: a table that is drawn over itself on a terminal, a line every few seconds elsewhere. */
export class Screen {
  readonly #output: WriteStream
  #table = ''
  #plainMs = -Infinity

  constructor(output: WriteStream) {
    this.#output = output
  }

  show(figures: Figures, nowMs: number): void {
    if (this.#output.isTTY) {
      const erase = this.#erase()
      this.#table = tableText(figures)
      this.#output.write(erase + this.#table)
    } else if (nowMs - this.#plainMs >= PLAIN_INTERVAL_MS) {
      this.#plainMs = nowMs
      this.#output.write(lineText(figures))
    }
  }

  /** Text that stays, above the table. */
  print(text: string): void {
    this.#output.write(`${this.#erase()}${text}${this.#table}`)
  }

  /** Text below the last table; there will be no more of them. */
  end(text: string): void {
    this.#table = ''
    this.#output.write(text)
  }

  #erase(): string {
    const lines = this.#table.split('\n').length - 1
    return lines === 0 ? '' : `\u001b[${lines}A\u001b[J`
  }
}
