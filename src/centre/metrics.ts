import { Counter, Gauge, Registry } from 'prom-client'
import type { Inbox } from './inbox.ts'
import type { Retention, RetentionCount } from './records/retention.ts'
import type { Ledger } from './ledger.ts'
import { siteSeries } from './site-series.ts'
import type { UserDesk } from '../users/user-desk.ts'
import type { SiteReports } from './fleet/site-reports.ts'
import type { Worker } from './worker.ts'

export interface MetricsParts {
  readonly inbox: Inbox
  readonly worker: Pick<
    Worker,
    'isConnected' | 'failure' | 'waiting' | 'acknowledgements' | 'refused'
  >
  readonly ledger: Ledger
  readonly retention: Retention
  readonly users: Pick<UserDesk, 'counters' | 'unrecorded' | 'locked'>
  readonly reports: SiteReports
}

/** Prometheus exposition of the centre; what is of a site is read from the database when it is asked for. */
export class CentreMetrics {
  readonly #registry = new Registry()
  readonly #ledger: Ledger
  readonly #retention: Retention
  readonly #tables: readonly ((counts: readonly RetentionCount[]) => void)[]

  constructor({ inbox, worker, ledger, retention, users, reports }: MetricsParts) {
    this.#ledger = ledger
    this.#retention = retention
    const counts = [
      ['envelopes', 'Envelopes in the database.', () => inbox.counters.envelopes],
      ['records', 'Records in the database.', () => inbox.counters.records],
      ['duplicates', 'Records that came again.', () => inbox.counters.duplicates],
      ['commits', 'Commits of the database.', () => inbox.counters.commits],
      ['acknowledgements', 'Acknowledgements sent.', () => worker.acknowledgements],
      ['refused', 'Payloads that were no envelopes of their topic.', () => worker.refused],
      ['logins', 'Logins.', () => users.counters.logins],
      ['logins_failed', 'Logins with a wrong name or password.', () => users.counters.failed],
      ['logins_unheard', 'Logins that came too early.', () => users.counters.unheard],
      ['requests_unknown', 'Requests of whoever is not known.', () => users.counters.unknown],
      ['requests_forbidden', 'Requests beyond a role.', () => users.counters.forbidden],
      ['audit_unrecorded', 'Acts that could not be recorded.', () => users.unrecorded],
      ['reports', 'Reports of sites in the database.', () => reports.counters.stored],
      ['reports_refused', 'Payloads that were no reports.', () => reports.counters.refused],
      ['reports_dropped', 'Reports that found no room.', () => reports.counters.dropped],
    ] as const
    for (const [name, help, value] of counts) this.#counter(name, help, value)
    const gauges = [
      ['connected', '1 while connected to the broker.', () => (worker.isConnected ? 1 : 0)],
      ['failing', '1 while nothing can be stored.', () => (worker.failure === '' ? 0 : 1)],
      ['users_locked', 'Names that are not heard for a while.', () => users.locked.length],
      ['waiting_envelopes', 'Envelopes that wait for a commit.', () => worker.waiting],
    ] as const
    for (const [name, help, value] of gauges) this.#gauge(name, help, value)
    this.#tables = [this.#droppedOf(), this.#unplacedOf()]
  }

  async exposition(nowUs: number): Promise<string> {
    const sites = await this.#ledger.sites(nowUs)
    const counts = await this.#retention.counts()
    for (const set of this.#tables) set(counts)
    return `${await this.#registry.metrics()}${siteSeries(sites)}`
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  #counter(what: string, help: string, value: () => number): void {
    new Counter({
      name: `busbar_centre_${what}_total`,
      help,
      registers: [this.#registry],
      collect() {
        this.reset()
        this.inc(value())
      },
    })
  }

  #gauge(what: string, help: string, value: () => number): void {
    new Gauge({
      name: `busbar_centre_${what}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value())
      },
    })
  }

  #droppedOf() {
    const help = 'Records that had become too old, by all workers.'
    const name = 'busbar_centre_dropped_records_total'
    const own = new Counter({ name, help, labelNames: ['table'], registers: [this.#registry] })
    return (counts: readonly RetentionCount[]): void => {
      own.reset()
      for (const { table, dropped } of counts) own.inc({ table }, dropped)
    }
  }

  #unplacedOf() {
    const help = 'Records whose times are in no month that is kept.'
    const name = 'busbar_centre_unplaced_records'
    const own = new Gauge({ name, help, labelNames: ['table'], registers: [this.#registry] })
    return (counts: readonly RetentionCount[]): void => {
      for (const { table, unplaced } of counts) own.set({ table }, unplaced)
    }
  }
}
