/** Readings of one point. Whoever sorts them owns them. */
export interface Series {
  readonly times: Float64Array
  readonly values: Float64Array
  readonly qualities: Uint16Array
}

/**
 * In order of time, each time once: of two readings with one time the first stays, wherever it stands. What is in order already is
 * returned as it is.
 */
export function inOrder(series: Series): Series {
  const { times } = series
  if (ascends(times)) return series
  const order = Uint32Array.from(times.keys())
  order.sort((a, b) => (times[a] as number) - (times[b] as number)) // Stable: the first stays first.
  let kept = 0
  for (const row of order) {
    if (kept > 0 && times[order[kept - 1] as number] === times[row]) continue
    order[kept++] = row
  }
  return pick(series, order.subarray(0, kept))
}

/** Those of the parts one behind the other. */
export function joined(parts: readonly Series[]): Series {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const count = parts.reduce((sum, { times }) => sum + times.length, 0)
  const whole = {
    times: new Float64Array(count),
    values: new Float64Array(count),
    qualities: new Uint16Array(count),
  }
  let at = 0
  for (const { times, values, qualities } of parts) {
    whole.times.set(times, at)
    whole.values.set(values, at)
    whole.qualities.set(qualities, at)
    at += times.length
  }
  return whole
}

function ascends(times: Float64Array): boolean {
  for (let row = 1; row < times.length; row++) {
    if ((times[row] as number) <= (times[row - 1] as number)) return false
  }
  return true
}

function pick({ times, values, qualities }: Series, rows: Uint32Array): Series {
  const picked = {
    times: new Float64Array(rows.length),
    values: new Float64Array(rows.length),
    qualities: new Uint16Array(rows.length),
  }
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number
    picked.times[at] = times[row] as number
    picked.values[at] = values[row] as number
    picked.qualities[at] = qualities[row] as number
  }
  return picked
}
