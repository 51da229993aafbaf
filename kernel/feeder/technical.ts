import { Json } from '../sdk/index.ts'
import { WORD_CURRENT, WORD_NONE, WORD_POWER } from './names.ts'
import { Slot } from './slot.ts'

const SQRT_3: f64 = 1.7320508075688772

/** What wires and stations of a feeder take, by the site file and the current of its head. */
export class Technical {
  /** Of the latest interval: Wh, and a word that says where the current came from. */
  lossWh: f64 = 0
  method: u32 = 0
  private readonly resistanceOhm: f64
  private readonly ratedVa: f64
  private readonly noLoadW: f64
  private readonly loadW: f64

  constructor(
    feeder: Json,
    private readonly nominalV: f64,
  ) {
    const stations = feeder.get('stations')
    this.resistanceOhm = feeder.get('resistanceOhm').number(0)
    this.ratedVa = stations.get('ratedVa').number(0)
    this.noLoadW = stations.get('noLoadLossW').number(0)
    this.loadW = stations.get('loadLossW').number(0)
  }

  /** 3 I² R t of the wires with the mean square of the current, P0 t + Pk beta² t of the stations. */
  measure(slot: Slot, hours: f64): void {
    const square = this.currentSquare(slot, hours)
    const apparentSquare = 3 * this.nominalV * this.nominalV * square
    const use = this.ratedVa > 0 ? apparentSquare / (this.ratedVa * this.ratedVa) : 0
    const wires = 3 * square * this.resistanceOhm
    this.lossWh = (wires + this.noLoadW + this.loadW * use) * hours
    const isNothing = this.resistanceOhm == 0 && this.noLoadW == 0 && this.loadW == 0
    if (isNothing) this.method = WORD_NONE
  }

  /** A², mean of the phases; without a measured current that of the energy at nominal voltage and power factor 1, which is the least. */
  private currentSquare(slot: Slot, hours: f64): f64 {
    let sum: f64 = 0
    let phases: f64 = 0
    for (let phase = 0; phase < 3; phase++) {
      const square = slot.squares[phase]
      if (!square.isPresent) continue
      sum += square.mean
      phases += 1
    }
    this.method = WORD_CURRENT
    if (phases > 0) return sum / phases
    this.method = WORD_POWER
    if (this.nominalV <= 0) return 0
    const currentA = slot.headWh / hours / (SQRT_3 * this.nominalV)
    return currentA * currentA
  }
}
