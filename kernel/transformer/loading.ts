/** A kind of loading and its limits: IEC 60076-7:2018, table 2; for the regular one DL/T 572-2021. */
export class Loading {
  hotSpotC: f64 = Infinity
  topOilC: f64 = Infinity
  load: f64 = Infinity

  constructor(
    /** 0 regular, 1 normal cyclic, 2 long-time emergency, 3 short-time emergency. */
    public readonly key: u32,
    public readonly word: u32,
    /** Of the alarm that one of its limits was passed. */
    public readonly severity: i32,
  ) {}

  limitTo(hotSpotC: f64, topOilC: f64, load: f64): Loading {
    this.hotSpotC = hotSpotC
    this.topOilC = topOilC
    this.load = load
    return this
  }
}

const SMALL_VA: f64 = 10000000
const LARGE_VA: f64 = 100000000

/** Load factor by size: below 10 MVA, below 100 MVA, from there on. */
export function loadLimit(ratedVa: f64, small: f64, medium: f64, large: f64): f64 {
  return ratedVa < SMALL_VA ? small : ratedVa < LARGE_VA ? medium : large
}
