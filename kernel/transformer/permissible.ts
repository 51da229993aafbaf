import { Constants } from './constants.ts'
import { BISECTIONS } from './limits.ts'
import { Loading } from './loading.ts'
import { WORD_CURRENT, WORD_HOT_SPOT, WORD_TOP_OIL } from './names.ts'
import { Decay, Drive, Thermal } from './thermal.ts'

const STEP_MINUTES: f64 = 5
const STEPS_PER_HOUR: i32 = 12

/**
 * The load factor that a transformer may have from now on, constantly for so many hours, with neither limit passed at any moment from five
 * minutes on: what it has now no load could change.
 */
export class Permissible {
  /** A word: what would be passed first with more. */
  bound: u32 = 0
  private readonly trial: Thermal = new Thermal()
  private readonly start: Thermal = new Thermal()
  private readonly drive: Drive = new Drive()
  private readonly decay: Decay
  private ambientC: f64 = 0
  private steps: i32 = 0

  constructor(private readonly constants: Constants) {
    this.decay = new Decay().set(constants, STEP_MINUTES)
  }

  load(now: Thermal, ambientC: f64, loading: Loading, hours: i32): f64 {
    this.start.copy(now)
    this.ambientC = ambientC
    this.steps = hours * STEPS_PER_HOUR
    this.bound = WORD_CURRENT
    if (this.passed(loading, loading.load) == 0) return loading.load
    let low: f64 = 0
    let high = loading.load
    for (let round = 0; round < BISECTIONS; round++) {
      const middle = (low + high) / 2
      if (this.passed(loading, middle) == 0) low = middle
      else high = middle
    }
    this.bound = this.passed(loading, high)
    return low
  }

  /** The word of the limit that such a load passes; 0 for none. */
  private passed(loading: Loading, load: f64): u32 {
    const trial = this.trial
    trial.copy(this.start)
    this.drive.set(this.constants, load, this.ambientC)
    for (let step = 0; step < this.steps; step++) {
      trial.step(this.drive, this.decay)
      if (trial.hotSpotC(this.constants, this.ambientC) > loading.hotSpotC) return WORD_HOT_SPOT
      if (trial.topOilC(this.constants, this.ambientC) > loading.topOilC) return WORD_TOP_OIL
    }
    return 0
  }
}
