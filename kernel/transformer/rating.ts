/** What a load factor of 1 is. */
export class Rating {
  constructor(
    public readonly apparentVa: f64,
    /** 0 where the voltage is not known: then currents say nothing. */
    public readonly currentA: f64,
  ) {}
}
