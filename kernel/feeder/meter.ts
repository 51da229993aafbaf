import { StateReader, StateWriter } from '../sdk/index.ts'
import { Book } from './book.ts'
import { Moments } from './moments.ts'
import { PhaseGuess } from './phase-guess.ts'
import { Source } from './source.ts'

const ENERGY: i32 = 0
const LOSS: i32 = 1
const RESIDUAL: i32 = 2
/** Of the interval that is being learned from. */
const values = new StaticArray<f64>(3)

/** A member of a feeder, and what its readings have to do with what is lost. */
export class Meter {
  readonly source: Source
  /** Null: it has no voltage. */
  guess: PhaseGuess | null = null
  /** The phase that its first voltage has by name; -1: it has none. */
  voltagePhase: i32 = -1
  /** It has voltages of several phases, so that there is nothing to guess. */
  isPolyphase: bool = false
  /** Of the voltages of one interval. */
  private voltageSum: f64 = 0
  private voltageCount: u32 = 0
  private voltageInterval: i64 = 0
  private readonly energies: Moments = new Moments(2)
  private witness: Moments | null = null

  constructor(
    public readonly subject: u32,
    /** Number among the members of its feeder. */
    public readonly number: i32,
    private readonly book: Book,
    /** By the site file; -1: it does not say. */
    public readonly declaredPhase: i32,
  ) {
    this.source = new Source(book, number)
  }

  openVoltage(phase: i32): void {
    this.voltagePhase = phase
    this.guess = new PhaseGuess()
    this.witness = new Moments(3)
  }

  /** False for one that is older than the interval that is being measured. */
  takeVoltage(interval: i64, voltageV: f64): bool {
    if (interval < this.voltageInterval) return false
    if (interval > this.voltageInterval) {
      this.tellVoltage(this.voltageInterval)
      this.voltageInterval = interval
    }
    this.voltageSum += voltageV
    this.voltageCount++
    return true
  }

  /** Writes the mean of an interval down, if it is the one that is being measured. */
  tellVoltage(interval: i64): void {
    if (interval != this.voltageInterval || this.voltageCount == 0) return
    this.book.tellVoltage(this.number, interval, this.voltageSum / <f64>this.voltageCount)
    this.voltageSum = 0
    this.voltageCount = 0
  }

  /** Of a complete interval: what it counted, what was lost of nobody knows where. */
  learn(energyWh: f64, lossWh: f64): void {
    unchecked((values[ENERGY] = energyWh))
    unchecked((values[LOSS] = lossWh))
    this.energies.add(values)
  }

  /** After `learn`: by how much its voltage was above that of others on its phase. */
  learnResidual(residualV: f64): void {
    unchecked((values[RESIDUAL] = residualV))
    this.witness!.add(values)
  }

  fade(share: f64): void {
    this.energies.fade(share)
    const guess = this.guess
    const witness = this.witness
    if (guess != null) guess.moments.fade(share)
    if (witness != null) witness.fade(share)
  }

  get samples(): f64 {
    return this.energies.weight
  }

  get correlation(): f64 {
    return this.energies.correlation(ENERGY, LOSS)
  }

  /** Wh lost with each Wh counted: of a meter that counts a part only, what it leaves out. */
  get slope(): f64 {
    if (!this.energies.varies(ENERGY)) return 0
    return this.energies.covariance(ENERGY, LOSS) / this.energies.covariance(ENERGY, ENERGY)
  }

  get hasWitness(): bool {
    const witness = this.witness
    if (witness == null) return false
    return witness.weight * 2 >= this.energies.weight && witness.varies(RESIDUAL)
  }

  /**
   * Whether its voltage is low when much is lost, beyond what it counted itself explains: current that no meter counts pulls down the voltage
   * where it is drawn. 1: always.
   */
  get voltageSays(): f64 {
    return this.hasWitness ? -this.witness!.partial(LOSS, RESIDUAL, ENERGY) : 0
  }

  /**
   * 0 to 1: either witness is enough. Whoever counts a part of what is drawn is found by the profile, and the voltage says nothing more; whoever
   * draws beside the meter is found by the voltage alone.
   */
  get score(): f64 {
    const profile = positive(this.correlation)
    return profile + (1 - profile) * positive(this.voltageSays)
  }

  save(state: StateWriter): void {
    this.source.save(state)
    state.f64(this.voltageSum)
    state.u32(this.voltageCount)
    state.i64(this.voltageInterval)
    this.energies.save(state)
    const guess = this.guess
    const witness = this.witness
    state.u8(guess == null || witness == null ? 0 : 1)
    if (guess == null || witness == null) return
    guess.save(state)
    witness.save(state)
  }

  load(state: StateReader): void {
    this.source.load(state)
    this.voltageSum = state.f64()
    this.voltageCount = state.u32()
    this.voltageInterval = state.i64()
    this.energies.load(state)
    if (state.u8() == 0) return
    if (this.guess == null) this.openVoltage(0)
    this.guess!.load(state)
    this.witness!.load(state)
  }
}

function positive(value: f64): f64 {
  return value > 0 ? value : 0
}
