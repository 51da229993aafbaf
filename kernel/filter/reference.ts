/**
 * The filter over again, without a state: each decision looks back over the whole list of readings. It shares no code with the module.
 * Where both divide, they divide the same numbers, so that a tie falls the same way.
 */
export interface ReferenceRule {
  readonly method: 'deadband' | 'swinging-door' | 'decimation' | 'exception'
  readonly error?: number
  readonly percent?: number
  readonly maximumSilenceMs: number
  readonly every?: number
  readonly intervalMs?: number
}

export interface ReferenceReading {
  readonly time: number
  readonly value: number
  readonly quality: number
}

export interface ReferenceResult {
  /** In the order in which they pass. */
  readonly passed: readonly ReferenceReading[]
  /** Readings that were not later than one before: not judged. */
  readonly late: number
}

/** What passes of the readings of one point, in order of arrival. */
export function filterReadings(
  readings: readonly ReferenceReading[],
  rule: ReferenceRule,
): ReferenceResult {
  const inOrder: ReferenceReading[] = []
  for (const reading of readings) {
    const before = inOrder.at(-1)
    if (before === undefined || reading.time > before.time) inOrder.push(reading)
  }
  const passed: number[] = []
  for (const index of inOrder.keys()) {
    if (index === 0 || !isAlike(inOrder[index - 1]!, inOrder[index]!)) {
      if (rule.method === 'swinging-door' && index > 0) endLine(inOrder, { index, passed, rule })
      passed.push(index)
    } else if (rule.method === 'swinging-door') swingDoor(inOrder, { index, passed, rule })
    else if (isWanted(inOrder, { index, passed, rule })) passed.push(index)
  }
  return { passed: passed.map((index) => inOrder[index]!), late: readings.length - inOrder.length }
}

interface Step {
  readonly index: number
  readonly passed: number[]
  readonly rule: ReferenceRule
}

function isWanted(readings: readonly ReferenceReading[], { index, passed, rule }: Step): boolean {
  const reading = readings[index]!
  const at = passed.at(-1)!
  const last = readings[at]!
  if (reading.time - last.time >= rule.maximumSilenceMs * 1000) return true
  if (!isReadable(reading)) return false
  if (rule.method !== 'decimation') {
    return Math.abs(reading.value - last.value) > bandOf(rule, last.value)
  }
  if (rule.every !== undefined) return index - at >= rule.every
  const width = rule.intervalMs! * 1000
  return Math.floor(reading.time / width) !== Math.floor(last.time / width)
}

/** May the line from the reading passed last end here, and go by all between them? If not, it ends at the one before. */
function swingDoor(readings: readonly ReferenceReading[], { index, passed, rule }: Step): void {
  const reading = readings[index]!
  if (isReadable(reading) && !isLineTrue(readings, { index, passed, rule })) passed.push(index - 1)
  const last = readings[passed.at(-1)!]!
  if (reading.time - last.time >= rule.maximumSilenceMs * 1000) passed.push(index)
}

function isLineTrue(readings: readonly ReferenceReading[], { index, passed, rule }: Step): boolean {
  const from = passed.at(-1)!
  const { time, value } = readings[from]!
  const band = bandOf(rule, value)
  const slope = (readings[index]!.value - value) / (readings[index]!.time - time)
  return readings.slice(from + 1, index).every((between) => {
    const width = between.time - time
    const middle = (between.value - value) / width
    return slope >= middle - band / width && slope <= middle + band / width
  })
}

/** The quality changes: the line ends at the reading before, unless that was passed already. */
function endLine(readings: readonly ReferenceReading[], { index, passed }: Step): void {
  const isPassed = passed.at(-1) === index - 1
  if (!isPassed && isReadable(readings[index - 1]!)) passed.push(index - 1)
}

function isAlike(one: ReferenceReading, other: ReferenceReading): boolean {
  return one.quality === other.quality && isReadable(one) === isReadable(other)
}

function isReadable({ value, quality }: ReferenceReading): boolean {
  return (quality & 3) !== 1 && Number.isFinite(value)
}

function bandOf({ error = 0, percent = 0 }: ReferenceRule, value: number): number {
  return Math.max(error, (percent / 100) * Math.abs(value))
}
