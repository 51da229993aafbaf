import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { reportSummary, wholeReport } from '../fleet/report-summary.ts'
import type { SiteReports } from '../fleet/site-reports.ts'
import type { Devices } from '../inventory/devices.ts'
import { HOUR_US } from '../../uplink/hours.ts'
import type { Ledger } from '../ledger.ts'
import type { Records, RecordsQuestion } from '../records/records.ts'
import type { Retention } from '../records/retention.ts'
import type { Reconciler } from '../reconciliation/reconciler.ts'
import type { Reliability } from '../reliability/reliability.ts'
import * as answers from './answers.ts'
import { type Operation, operation } from './operation.ts'
import { choice, count, cursor, moment, text, writeCursor } from './parameter.ts'

export interface OperationParts {
  readonly ledger: Ledger
  readonly reports: SiteReports
  readonly records: Records
  readonly devices: Devices
  readonly reliability: Reliability
  readonly retention: Retention
  readonly reconciler: Reconciler
}

/** All that a centre answers about its sites. */
export function operationsOf(parts: OperationParts): readonly Operation[] {
  return [
    ...sitesOf(parts),
    devicesOf(parts),
    ...recordsOf(parts),
    reliabilityOf(parts),
    ...reconciliationOf(parts),
    operation({
      path: '/api/v1/retention',
      summary: 'How long records are kept, and what has made room.',
      parameters: {},
      answer: answers.retention,
      handle: async () => parts.retention.state(),
    }),
  ]
}

const limit = count('Rows of a page.', limits.centreRows)

function sitesOf({ ledger, reports }: OperationParts): readonly Operation[] {
  return [
    operation({
      path: '/api/v1/sites',
      summary: 'The sites, with what is here of each and what is not.',
      parameters: {
        search: text('A part of the id.'),
        state: choice('Only those.', ['heard', 'silent', 'missing', 'lost']),
        sort: choice('By what.', ['site', 'heard', 'pending', 'missing', 'lost']),
        order: choice('Rising or falling.', ['asc', 'desc']),
        limit,
        after: cursor(1),
      },
      answer: answers.sites,
      handle: async ({ after, limit: rows = limits.centreSitesRows, ...asked }, nowUs) => {
        const found = await ledger.search(asked, nowUs)
        const start = after === undefined ? 0 : 1 + found.findIndex(({ site }) => site === after[0])
        const page = found.slice(start, start + rows)
        const isLast = start + rows >= found.length
        const end = page.at(-1)
        const next = isLast || end === undefined ? null : writeCursor([end.site])
        const stored = await reports.some(
          page.map(({ site }) => site),
          nowUs,
        )
        const sites = page.map((each) => ({
          ...each,
          report: reportSummary(stored.get(each.site)),
        }))
        return { sites, total: found.length, next }
      },
    }),
    operation({
      path: '/api/v1/sites/{site}',
      summary: 'One site.',
      parameters: { site: text('Its id.') },
      answer: answers.site,
      handle: async ({ site = '' }, nowUs) => {
        const [found] = await ledger.sites(nowUs, site)
        const stored = await reports.some([site], nowUs)
        if (found !== undefined) return { ...found, report: wholeReport(stored.get(site)) }
        throw new GridError('not-found', `${site}: nothing has ever come from such a site`)
      },
    }),
  ]
}

function devicesOf({ devices }: OperationParts): Operation {
  return operation({
    path: '/api/v1/devices',
    summary: 'The devices of all sites, in order of their ids.',
    parameters: {
      site: text('Of this site only.'),
      search: text('A part of the id; of one or two characters: how it begins.'),
      state: choice('Only those.', ['known', 'silent', 'quarantined']),
      limit,
      after: cursor(2),
    },
    answer: answers.devices,
    handle: async ({ site, search, state, after, limit: rows = limits.centrePageRows }) => {
      const [id = '', ofSite = ''] = after ?? []
      const behind = after === undefined ? undefined : { id, site: ofSite }
      const asked = { site, search, state, after: behind, limit: rows }
      const found = await devices.page(asked)
      const page = found.slice(0, rows)
      const end = found.length > rows ? page.at(-1) : undefined
      return { devices: page, next: end === undefined ? null : writeCursor([end.id, end.site]) }
    },
  })
}

function recordsOf({ records }: OperationParts): readonly Operation[] {
  const filters = {
    site: text('Of this site only.'),
    name: text('The kind of event, or the quantity.'),
    subject: text('The id of what it is about.'),
    from: moment('From this time on; without it, an hour before `to`.'),
    to: moment('Before this time; without it, now.'),
    limit,
    after: cursor(4),
  }
  return [
    operation({
      path: '/api/v1/events',
      summary: 'Events, the newest first.',
      parameters: { ...filters, severity: count('Of at least this severity, 1 to 4.', 4) },
      answer: answers.events,
      handle: async (asked, nowUs) => {
        const { rows, last } = await records.page('events', questionOf(asked, nowUs))
        return { events: rows, next: last === undefined ? null : writeCursor(last) }
      },
    }),
    operation({
      path: '/api/v1/aggregates',
      summary: 'Aggregates, the newest first.',
      parameters: filters,
      answer: answers.aggregates,
      handle: async (asked, nowUs) => {
        const { rows, last } = await records.page('aggregates', questionOf(asked, nowUs))
        return { aggregates: rows, next: last === undefined ? null : writeCursor(last) }
      },
    }),
  ]
}

type Filters = { readonly [Name in keyof RecordsQuestion]: RecordsQuestion[Name] | undefined }

function questionOf(asked: Filters, nowUs: number): RecordsQuestion {
  const to = asked.to ?? nowUs + limits.clockAheadMs * 1000
  const from = asked.from ?? to - HOUR_US
  if (from < to) return { ...asked, from, to, limit: asked.limit ?? limits.centreRows }
  throw new GridError('usage', 'from: is not before to')
}

function reliabilityOf({ reliability }: OperationParts): Operation {
  return operation({
    path: '/api/v1/reliability',
    summary: 'Indices of IEEE 1366 over whole days, with and without major event days.',
    parameters: {
      from: moment('The first day; without it, a year before `to`.'),
      to: moment('The day behind the last; without it, now.'),
      site: text('Of this site alone; major event days are then those of the site.'),
    },
    answer: answers.reliability,
    handle: async ({ to: until, from, site }, nowUs) => {
      const to = until ?? nowUs
      const since = from ?? to - YEAR_US
      if (since < to) return reliability.report({ from: since, to, site })
      throw new GridError('usage', 'from: is not before to')
    },
  })
}

const DAY_US = 86_400_000_000
const YEAR_US = 365 * DAY_US

function reconciliationOf({ reconciler }: OperationParts): readonly Operation[] {
  const path = '/api/v1/reconciliation'
  return [
    operation({
      path,
      summary: 'How sites and centre compared what they have.',
      parameters: { site: text('Of this site only.') },
      answer: answers.reconciliation,
      handle: async ({ site }) => ({ reconciliation: await reconciler.infos(site) }),
    }),
    operation({
      method: 'POST',
      path,
      summary: 'Has a site compare now, and send again what is not here.',
      parameters: {
        site: text('Its id.'),
        from: moment('From this hour on; without it, a week before `to`.'),
        to: moment('Before this hour; without it, two hours ago.'),
      },
      answer: answers.asked,
      handle: async ({ site, from, to: until }, nowUs) => {
        if (site === undefined) throw new GridError('usage', 'site: which one?')
        const to = until ?? nowUs - limits.reconcileAfterMs * 1000
        const since = from ?? to - limits.reconciledHours * HOUR_US
        const days = (to - since) / DAY_US
        if (days <= 0 || days > limits.reconciledDays)
          throw new GridError(
            'usage',
            `from: a stretch of up to ${limits.reconciledDays} days before to is needed`,
          )
        const streams = await reconciler.askSite(site, { from: since, to }, nowUs)
        if (streams.length > 0) return { site, streams }
        throw new GridError('not-found', `${site}: nothing has ever come from such a site`)
      },
    }),
  ]
}
