/**
 * Is a field of an event a reading? The voltage to which a dip went is one, whoever noticed it: it leaves where readings may leave. What says how long or how
 * many is none, words are none, and nor is what is of more than one device. Whatever is not known to be harmless is a reading.
 */
export function isMeasuredField(
  subjectKind: string | undefined,
  name: string,
  value: unknown,
): boolean {
  if (subjectKind !== undefined && OF_MANY.has(subjectKind)) return false
  return typeof value !== 'string' && !NO_READINGS.has(name)
}

/** What is about one of these is not about one device. */
const OF_MANY: ReadonlySet<string> = new Set(['feeder', 'transformer', 'voltageLevel', 'site'])

const NO_READINGS: ReadonlySet<string> = new Set([
  'severity',
  'state',
  'quality',
  'duration',
  'limit',
  'members',
  'samples',
  'expected',
  'missing',
  'flagged',
  'channels',
])
