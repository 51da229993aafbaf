/** In what a range of time is asked for: every reading, or windows about as wide as a pixel. */
export type Resolution =
  | { readonly kind: 'raw' }
  | { readonly kind: 'windows'; readonly step: string; readonly stepMs: number }

const STEPS = [
  ['1s', 1],
  ['2s', 2],
  ['5s', 5],
  ['10s', 10],
  ['30s', 30],
  ['1m', 60],
  ['2m', 120],
  ['5m', 300],
  ['15m', 900],
  ['30m', 1800],
  ['1h', 3600],
  ['3h', 10_800],
  ['6h', 21_600],
  ['1d', 86_400],
  ['7d', 604_800],
] as const

/** Most devices send by the second: 1,200 readings are as quickly there as their windows are, and nothing is lost. */
const RAW_SPAN_MS = 1_200_000

/** One and a half windows a pixel: a day is minutes on most screens, and a year quarters of a day. */
const WINDOWS_A_PIXEL = 1.5

export function resolutionFor(spanMs: number, widthPixels: number): Resolution {
  if (spanMs <= RAW_SPAN_MS) return { kind: 'raw' }
  const windows = Math.max(100, widthPixels * WINDOWS_A_PIXEL)
  const [step, seconds] =
    STEPS.find(([, each]) => spanMs / (each * 1000) <= windows) ??
    STEPS[STEPS.length - 1] ??
    STEPS[0]
  return { kind: 'windows', step, stepMs: seconds * 1000 }
}
