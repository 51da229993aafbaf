import { SAMPLES_MIN } from './limits.ts'
import { Meter } from './meter.ts'

/** The meters that what is lost goes together with most, the first before the others. */
export function suspectsOf(meters: Array<Meter>, count: i32): Array<Meter> {
  const found = new Array<Meter>()
  const scores = new Array<f64>()
  for (let index = 0; index < meters.length; index++) {
    const meter = meters[index]
    const score = meter.samples < SAMPLES_MIN ? 0 : meter.score
    if (!(score > 0)) continue
    let place = found.length
    while (place > 0 && scores[place - 1] < score) place--
    if (place >= count) continue
    found.push(meter)
    scores.push(score)
    for (let at = found.length - 1; at > place; at--) {
      found[at] = found[at - 1]
      scores[at] = scores[at - 1]
    }
    found[place] = meter
    scores[place] = score
    if (found.length > count) {
      found.pop()
      scores.pop()
    }
  }
  return found
}
