import type { AckOwner, AckRun } from './ack-run.ts'

/** Runs that wait for their batches, in the order of these. */
export class HeldBack {
  #runs: AckRun[] = []
  /** Owners of runs that wait again although their batch is settled: what comes later waits behind them [MQTT-4.6.0-2]. */
  readonly #waitingAgain = new Set<AckOwner>()

  push(run: AckRun): void {
    this.#runs.push(run)
  }

  settle(durableBatch: number): void {
    const runs = this.#runs
    const later = runs.findIndex(({ batch }) => batch > durableBatch)
    const settled = later < 0 ? runs : runs.slice(0, later)
    this.#runs = later < 0 ? [] : runs.slice(later)
    if (later < 0) this.#waitingAgain.clear()
    for (const run of settled) run.owner.release(run)
  }

  /** Batches up to the durable one have come back: a run with something in it that is still to be kept waits for the next. */
  refuse(
    { takenBatch, durableBatch }: { readonly takenBatch: number; readonly durableBatch: number },
    nowMs: number,
  ): void {
    const runs = this.#runs
    this.#runs = []
    const later: AckRun[] = []
    const again: AckRun[] = []
    for (const run of runs) {
      if (run.batch > durableBatch) later.push(run)
      else if (run.owner.refuse(run, nowMs) && !this.#waitingAgain.has(run.owner)) {
        run.owner.release(run)
      } else {
        run.batch = takenBatch
        this.#waitingAgain.add(run.owner)
        again.push(run)
      }
    }
    this.#runs = [...later, ...again, ...this.#runs]
  }
}
