import { limits } from '../../core/limits.ts'
import {
  type ClearedNotice,
  noticeTitle,
  noticeTodo,
  runbookOf,
} from '../../notify/message-text.ts'
import type { AlertmanagerSettings } from '../site/notify.ts'
import { type Channel, type Delivery, readSecret } from './delivery.ts'
import { post } from './post.ts'

/** What goes on is told again every minute; what was not told of for five is over as far as Alertmanager knows. */
const STANDS_MS = 5 * limits.repeatMs

/** Alerts of Alertmanager's API v2. Grouping, silences and who is on duty are its own business. */
export function alertmanager(settings: AlertmanagerSettings, runbooks: string): Channel {
  const { user, passwordFile, ca } = settings
  const url = new URL(`${settings.url.replace(/\/$/, '')}/api/v2/alerts`)
  return {
    kind: 'alertmanager',
    host: url.hostname,
    async deliver(delivery, destination, signal) {
      const body = JSON.stringify(alertsOf(delivery, runbooks))
      const headers =
        user === undefined || passwordFile === undefined
          ? {}
          : { authorization: `Basic ${base64(`${user}:${readSecret(passwordFile)}`)}` }
      await post({ url, headers, body, ca }, destination, signal)
    },
  }
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt?: string
  readonly endsAt: string
}

function alertsOf(delivery: Delivery, runbooks: string): readonly Alert[] {
  const { site, text, notices, sentAt } = delivery
  const soon = new Date(sentAt.getTime() + STANDS_MS).toISOString()
  if (notices.length > 0) return notices.map((notice) => alertOf(notice, { ...delivery, runbooks }))
  const labels = { alertname: 'BusbarTest', site, severity: 'low' }
  return [{ labels, annotations: { summary: text.body.trim() }, endsAt: soon }]
}

/** Labels say which alarm it is. Routes look at its severity: where that rises it is another alert, and the one before ends by itself. */
function alertOf(
  notice: ClearedNotice,
  { site, language, sentAt, runbooks }: Delivery & { readonly runbooks: string },
): Alert {
  const { kind, alarm } = notice
  const { id, name = '', subject, priority = '', raised } = alarm
  const isOver = kind === 'over' || alarm.state === 'returned'
  const link = runbookOf(name, { site, language, runbooks, timeZone: 'UTC' })
  return {
    labels: {
      alertname: name,
      site,
      severity: priority,
      ...(id === undefined ? {} : { alarm: String(id) }),
      ...(subject?.kind === undefined ? {} : { subject_kind: subject.kind }),
      ...(subject?.id === undefined ? {} : { subject: subject.id }),
    },
    annotations: {
      summary: noticeTitle(notice, language),
      description: noticeTodo(notice, language),
      ...(link === '' ? {} : { runbook_url: link }),
    },
    startsAt: startOf(raised, sentAt),
    endsAt: new Date(sentAt.getTime() + (isOver ? 0 : STANDS_MS)).toISOString(),
  }
}

/** By the clock of the edge, for an alert that begins after its end is refused. */
function startOf(raised: string | null | undefined, sentAt: Date): string {
  const now = sentAt.toISOString()
  return typeof raised === 'string' && Date.parse(raised) < sentAt.getTime() ? raised : now
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
