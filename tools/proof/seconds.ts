/** One second of a proof: how late acknowledgements were, and what stood in the way. */
export interface Second {
  /** Of the last five seconds, when this one ended. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** What the thread that had to wait longest waited for a processor, of the edge and of those who load it. */
  readonly edgeWaitedMs: number
  readonly loadWaitedMs: number
  /** By the budget of the group. */
  readonly throttledMs: number
  /** Of the last commit. */
  readonly commitMs: number
}

/** What a P99 is of. */
const WINDOW = 5

/** How late it was, and what may be the reason. */
export function lateness(seconds: readonly Second[]): readonly string[] {
  const worst = seconds.reduce((at, { p99Ms }, own) => {
    return p99Ms > (seconds[at]?.p99Ms ?? 0) ? own : at
  }, 0)
  const window = seconds.slice(Math.max(0, worst - WINDOW + 1), worst + 1)
  const most = (key: keyof Second): string => Math.max(...window.map((own) => own[key])).toFixed(0)
  return [
    `     acknowledged P50 ${median(seconds, 'p50Ms')} ms, P99 ${median(seconds, 'p99Ms')} ms in the second in the middle; worst in second ${worst + 1} of ${seconds.length}`,
    `     until then, at most in one second: a thread of the edge waited ${most('edgeWaitedMs')} ms for a processor, one of the load ${most('loadWaitedMs')} ms; the group was held back ${most('throttledMs')} ms; a commit took ${most('commitMs')} ms`,
  ]
}

function median(seconds: readonly Second[], key: keyof Second): string {
  const sorted = seconds.map((own) => own[key]).toSorted((a, b) => a - b)
  return (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(0)
}
