import { StateReader, StateWriter } from '../sdk/index.ts'
import { SAMPLES_MIN } from './limits.ts'
import { Moments } from './moments.ts'

const VOLTAGE: i32 = 0
/** Coefficients of the guess that is being made. */
const shares = new StaticArray<f64>(3)
/** Roots of the variances, times that of the weight. */
const spreads = new StaticArray<f64>(4)

/** On which phase a single-phase meter hangs, by its voltage and those of the head. */
export class PhaseGuess {
  readonly moments: Moments = new Moments(4)
  /** 0, 1 or 2; -1: it cannot be told. */
  phase: i32 = -1
  /** By which the best phase explains more than the second. */
  margin: f64 = 0
  /** What was put out last, so that only news is. */
  told: i32 = -1
  isWaiting: bool = false
  /** With each phase, and the weight of what they were taken from, when it was guessed. */
  withA: f64 = 0
  withB: f64 = 0
  withC: f64 = 0
  samples: f64 = 0

  /**
   * What is common to all phases, the voltage of the transmission grid, would make every phase look right; a regression on all three at once
   * leaves that out. The phase with the greatest standardised coefficient explains most.
   */
  guess(marginMin: f64): void {
    this.phase = -1
    this.margin = 0
    if (this.moments.weight < SAMPLES_MIN || !this.regress()) return
    let best = 0
    for (let phase = 1; phase < 3; phase++) if (shares[phase] > shares[best]) best = phase
    let second = best == 0 ? 1 : 0
    for (let phase = 0; phase < 3; phase++) {
      if (phase != best && shares[phase] > shares[second]) second = phase
    }
    this.margin = shares[best] - shares[second]
    if (this.margin >= marginMin) this.phase = best
  }

  /** Cramer's rule on the correlations; false where a voltage does not vary, or two phases are as good as the same. */
  private regress(): bool {
    const moments = this.moments
    for (let index = 0; index < 4; index++) {
      if (!moments.varies(index)) return false
      spreads[index] = Math.sqrt(moments.covariance(index, index))
    }
    this.samples = moments.weight
    const ab = this.between(1, 2)
    const ac = this.between(1, 3)
    const bc = this.between(2, 3)
    const va = this.between(VOLTAGE, 1)
    const vb = this.between(VOLTAGE, 2)
    const vc = this.between(VOLTAGE, 3)
    this.withA = va
    this.withB = vb
    this.withC = vc
    const whole = 1 + 2 * ab * ac * bc - ab * ab - ac * ac - bc * bc
    if (!(whole > 1e-9)) return false
    shares[0] = (va * (1 - bc * bc) - ab * (vb - bc * vc) + ac * (vb * bc - vc)) / whole
    shares[1] = (vb * (1 - ac * ac) - ab * (va - ac * vc) + bc * (va * ac - vc)) / whole
    shares[2] = (vc * (1 - ab * ab) - ac * (va - ab * vb) + bc * (va * ab - vb)) / whole
    return true
  }

  private between(first: i32, second: i32): f64 {
    return this.moments.covariance(first, second) / (spreads[first] * spreads[second])
  }

  save(state: StateWriter): void {
    this.moments.save(state)
    state.u8(<u8>(this.phase + 1))
    state.f64(this.margin)
    state.u8(<u8>(this.told + 1))
    state.u8(this.isWaiting ? 1 : 0)
    state.f64(this.samples)
    state.f64(this.withA)
    state.f64(this.withB)
    state.f64(this.withC)
  }

  load(state: StateReader): void {
    this.moments.load(state)
    this.phase = <i32>state.u8() - 1
    this.margin = state.f64()
    this.told = <i32>state.u8() - 1
    this.isWaiting = state.u8() != 0
    this.samples = state.f64()
    this.withA = state.f64()
    this.withB = state.f64()
    this.withC = state.f64()
  }
}
