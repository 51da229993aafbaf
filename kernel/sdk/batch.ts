import { POINTS_AT, QUALITIES_AT, TIMES_AT, VALUES_AT } from './layout.ts'

/** The readings of one `process`, in the order in which they arrived, where the host put them. */
export class Batch {
  constructor(
    private readonly at: usize,
    public rows: i32,
  ) {}

  /** Number of the point. */
  point(row: i32): u32 {
    return load<u32>(this.at + POINTS_AT + ((<usize>row) << 2))
  }

  /** Microseconds since 1970, UTC. */
  time(row: i32): i64 {
    return load<i64>(this.at + TIMES_AT + ((<usize>row) << 3))
  }

  /** In the unit of its point; NaN where an invalid reading came without a value. */
  value(row: i32): f64 {
    return load<f64>(this.at + VALUES_AT + ((<usize>row) << 3))
  }

  quality(row: i32): u16 {
    return load<u16>(this.at + QUALITIES_AT + ((<usize>row) << 1))
  }
}
