/**
 * Quality of a reading: the 13 bits of IEC 61850-7-3 (6.2.1) in their order, then three of our own. A reading is never
 * dropped for its quality: it is kept and marked.
 */
export const quality = {
  good: 0,
  /** Validity, bits 0 and 1. */
  invalid: 0b01,
  questionable: 0b11,
  overflow: 1 << 2,
  outOfRange: 1 << 3,
  badReference: 1 << 4,
  oscillatory: 1 << 5,
  failure: 1 << 6,
  oldData: 1 << 7,
  inconsistent: 1 << 8,
  inaccurate: 1 << 9,
  substituted: 1 << 10,
  test: 1 << 11,
  operatorBlocked: 1 << 12,
  clockNotSynchronised: 1 << 13,
  timeOfArrival: 1 << 14,
  estimated: 1 << 15,
} as const

export type QualityName = keyof typeof quality

const DETAILS = (Object.keys(quality) as QualityName[]).slice(3)

/** `questionable,outOfRange`; the validity comes first, `good` alone stands for no bit at all. */
export function formatQuality(bits: number): string {
  if (bits === 0) return 'good'
  const names: string[] = []
  const validity = bits & 0b11
  if (validity === quality.invalid) names.push('invalid')
  else if (validity === quality.questionable) names.push('questionable')
  for (const name of DETAILS) if ((bits & quality[name]) !== 0) names.push(name)
  return names.length === 0 ? 'good' : names.join(',')
}

/** The bits of `questionable,outOfRange` (any order, spaces allowed); undefined for an unknown name. */
export function parseQuality(text: string): number | undefined {
  let bits = 0
  for (const part of text.split(',')) {
    const name = part.trim()
    if (!Object.hasOwn(quality, name)) return undefined
    bits |= quality[name as QualityName]
  }
  return bits
}
