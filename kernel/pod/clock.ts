import { clock_time_get } from './wasi.ts'

const TIME: usize = memory.data(8, 8)
const REALTIME = 0
const MONOTONIC = 1
/** Of the golden ratio: neighbours end up far apart. */
const MIXER: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15

/** Microseconds since 1970. */
export function wallMicros(): i64 {
  clock_time_get(REALTIME, 1000, TIME)
  return load<i64>(TIME) / 1000
}

/** Never goes back, whatever is done to the wall clock. */
export function elapsedMs(): i64 {
  clock_time_get(MONOTONIC, 1000, TIME)
  return load<i64>(TIME) / 1000000
}

/** Below `bound`: spreads what replicas do at the same moment, nothing secret hangs on it. */
export function jitter(bound: i64): i64 {
  clock_time_get(MONOTONIC, 1, TIME)
  const mixed = (load<u64>(TIME) * MIXER) >> 33
  return <i64>(mixed % <u64>bound)
}
