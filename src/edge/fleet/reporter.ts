import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type SiteReport, encodeReport } from '../../fleet/report.ts'
import { fleetTopic } from '../../fleet/topics.ts'
import type { Candidate, Gate } from '../../uplink/gate.ts'
import type { Link } from '../uplink/link.ts'

export interface ReporterParts {
  readonly site: string
  readonly gate: Gate
  readonly link: Pick<Link, 'sendAside'>
  readonly make: () => SiteReport
  readonly warn: (text: string) => void
}

/** Says how the edge is when that changes, and from time to time: what the policy lets of it. */
export class Reporter {
  readonly #parts: ReporterParts
  readonly #timer: NodeJS.Timeout
  #isConnected = false
  #isAsking = false
  #saidMs = -Infinity
  #said = ''
  #complaint = ''

  constructor(parts: ReporterParts) {
    this.#parts = parts
    this.#timer = setInterval(() => void this.look(), limits.reportLookMs).unref()
  }

  /** Retained messages may be gone with the broker, so it is said again. */
  connected(): void {
    this.#isConnected = true
    this.#saidMs = -Infinity
    void this.look()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async look(): Promise<void> {
    if (!this.#isConnected || this.#isAsking) return
    this.#isAsking = true
    try {
      const report = this.#parts.make()
      const text = withoutAmounts(report)
      const isDue = performance.now() - this.#saidMs >= limits.reportMs
      if (isDue || text !== this.#said) await this.#say(report, text)
    } catch (thrown) {
      this.#complain(errorText(thrown))
    }
    this.#isAsking = false
  }

  async #say(report: SiteReport, text: string): Promise<void> {
    const { site, gate, link } = this.#parts
    const [verdict] = await gate.ask([candidateOf(site, report)])
    if (verdict === undefined || verdict.kind === 'undecided') return
    this.#saidMs = performance.now()
    this.#said = text
    if (verdict.kind === 'stays') return this.#complain('the policy keeps it here')
    const redacted = new Set(verdict.redacted)
    const kept = Object.entries(report).filter(([field]) => !redacted.has(field))
    const bytes = encodeReport(Object.fromEntries(kept))
    if (bytes === undefined) return this.#complain('it is too long')
    this.#complaint = ''
    link.sendAside(fleetTopic(site, 'reported'), bytes, { retain: true })
  }

  #complain(why: string): void {
    if (why !== this.#complaint)
      this.#parts.warn(`The centre is not told how this edge is: ${why}.`)
    this.#complaint = why
  }
}

/** The rules see the names of what is in it. */
function candidateOf(site: string, report: SiteReport): Candidate {
  const names = Object.keys(report).map((field) => [field, null] as const)
  return {
    class: 'health',
    kind: 'report',
    subject: { kind: 'site', id: site },
    windowSeconds: 0,
    members: 1,
    fields: Object.fromEntries(names),
  }
}

/** How many and since when moves all the time, and can wait; numbers within sentences do, too. */
function withoutAmounts(report: SiteReport): string {
  const { version, siteFile, policy, processors, set, alarms, certificateEnds } = report
  const problems = report.problems.map((each) => each.replaceAll(/\d+/g, '0'))
  const { isStuck } = report.uplink
  const { steps } = report.clock
  const said = { version, siteFile, policy, processors, set, problems, alarms, isStuck, steps }
  return JSON.stringify({ ...said, certificateEnds })
}
