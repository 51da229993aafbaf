import { type ComponentChild, type VNode, h } from 'preact'
import { badge } from '../../element/notice.ts'
import { countText, lengthText } from '../../format.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import type { Site } from '../answers.ts'
import { LongTable } from '../element/long-table.ts'
import type { Order, SortedColumn } from '../element/order.ts'
import { siteLink } from '../element/site-link.ts'
import {
  type Standing,
  alarmsOf,
  silentSeconds,
  standingOf,
  standings,
  waitingSeconds,
} from './standing.ts'

export const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const

const TONES = {
  silent: 'bad',
  alarm: 'beyond',
  failing: 'near',
  behind: 'near',
  missing: 'bad',
  well: 'good',
} as const satisfies Record<Standing, string>

export function standingBadge(standing: Standing): VNode {
  return badge(sayWord('standing', standing), TONES[standing])
}

export interface SiteTableOf {
  readonly sites: readonly Site[]
  readonly nowMs: number
  readonly order: Order
  readonly onOrder: (order: Order) => void
}

/** The sites and their figures. */
export function SiteTable({ sites, nowMs, order, onOrder }: SiteTableOf): ComponentChild {
  return h(LongTable<Site>, {
    caption: say('page.sites'),
    rows: sites,
    columns: [...linkColumns(nowMs), ...reportColumns()],
    keyOf: ({ site }) => site,
    empty: say('sites.none'),
    order,
    onOrder,
  })
}

function linkColumns(nowMs: number): readonly SortedColumn<Site>[] {
  const rank = (site: Site): number => standings.indexOf(standingOf(site, nowMs))
  return [
    {
      name: 'site',
      title: say('column.site'),
      value: ({ site }) => site,
      cell: ({ site }) => siteLink(site),
    },
    {
      name: 'state',
      title: say('column.state'),
      value: rank,
      cell: (site) => standingBadge(standingOf(site, nowMs)),
    },
    {
      name: 'silent',
      title: say('sites.heard'),
      isNumber: true,
      value: (site) => silentSeconds(site, nowMs),
      cell: (site) => lengthText(Math.round(silentSeconds(site, nowMs))),
    },
    count('pending', say('sites.pending'), ({ pending }) => pending),
    {
      name: 'oldest',
      title: say('sites.oldest'),
      isNumber: true,
      value: (site) => waitingSeconds(site, nowMs),
      cell: (site) => {
        const seconds = Math.round(waitingSeconds(site, nowMs))
        return seconds === 0 ? '' : lengthText(seconds)
      },
    },
    count('missing', say('sites.missing'), ({ missing }) => missing),
    count('lost', say('sites.lost'), ({ lost }) => lost),
  ]
}

function reportColumns(): readonly SortedColumn<Site>[] {
  return [
    {
      name: 'alarms',
      title: say('sites.alarms'),
      value: (site) =>
        PRIORITIES.reduce((sum, each) => sum * 1000 + Math.min(999, alarmsOf(site, [each])), 0),
      cell: alarmWords,
    },
    count('problems', say('sites.problems'), ({ report }) => report?.problemsTotal ?? 0),
    {
      name: 'version',
      title: say('column.version'),
      value: ({ report }) => report?.version ?? '',
      cell: ({ report }) => report?.version ?? '–',
    },
    {
      name: 'set',
      title: say('sites.set'),
      value: ({ report }) => report?.set?.revision ?? 0,
      cell: ({ report }) => setWords(report),
    },
    count('devices', say('page.devices'), ({ inventory }) => inventory?.devices ?? 0),
  ]
}

function count(name: string, title: string, value: (site: Site) => number): SortedColumn<Site> {
  const cell = (site: Site): string => (value(site) === 0 ? '' : countText(value(site)))
  return { name, title, isNumber: true, value, cell }
}

/** Those that there are, the worst first. */
function alarmWords(site: Site): unknown {
  return PRIORITIES.filter((each) => alarmsOf(site, [each]) > 0).map(
    (each) =>
      html`<span class=${`alarm-count ${each}`}
        >${alarmsOf(site, [each])} ${sayWord('priority', each)}</span
      > `,
  )
}

function setWords(report: Site['report']): string {
  const { state = 'none', revision = 0 } = report?.set ?? {}
  if (report === null || report.set === null) return '–'
  return state === 'none' ? '' : `${revision} ${sayWord('set', state)}`
}
