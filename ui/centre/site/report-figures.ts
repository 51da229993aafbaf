import type { VNode } from 'preact'
import { edgeNowMs } from '../../edge/request.ts'
import { badge } from '../../element/notice.ts'
import { bytesText, countText, dateTime, lengthText } from '../../format.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import type { WholeReport } from '../answers.ts'
import { PRIORITIES } from '../sites/site-table.ts'

const SOON_MS = 30 * 86_400_000

/** What is wrong there, in the words of its own health. */
export function problemList(report: WholeReport | null): VNode | string {
  if (report === null) return ''
  const { problems = [], problemsTotal } = report
  const total = problemsTotal ?? problems.length
  if (total === 0) return html`<p class="well">${say('site.healthy')}</p>`
  const rest = total - problems.length
  return html`<ul class="problems">
    ${problems.map((problem) => html`<li>${problem}</li>`)}
    ${rest > 0 ? html`<li>${say('site.moreProblems', { count: rest })}</li>` : ''}
  </ul>`
}

/** What it runs, and how it is. */
export function reportFigures(report: WholeReport | null): VNode {
  if (report === null) return html`<p class="empty">${say('site.noReport')}</p>`
  const { storage, certificateEnds } = report
  const rows: readonly (readonly [string, unknown])[] = [
    [say('site.told'), dateTime(report.heardAt)],
    [say('column.version'), report.version],
    [say('site.started'), dateTime(report.startedAt)],
    [say('site.siteFile'), digestText(report.siteFile)],
    [say('site.policy'), digestText(report.policy)],
    [say('sites.set'), setWords(report)],
    [say('sites.alarms'), alarmWords(report)],
    [say('site.p99'), lengthText(report.acknowledgementP99Seconds ?? undefined)],
    [say('overview.stored'), countText(report.readings)],
    [
      say('overview.disk'),
      storage === null || storage === undefined
        ? undefined
        : say('site.storage', {
            used: bytesText(storage.usedBytes),
            budget: bytesText(storage.budgetBytes),
            free: bytesText(storage.freeBytes),
          }),
    ],
    [say('site.certificate'), certificateEnds ? endOf(certificateEnds) : say('common.none')],
  ]
  return html`<dl class="figures">
    ${rows.map(
      ([title, value]) =>
        html`<div>
          <dt>${title}</dt>
          <dd>${value ?? '–'}</dd>
        </div>`,
    )}
  </dl>`
}

/** When a certificate ends; it stands out when that is soon. */
export function endOf(time: string): VNode | string {
  const leftMs = Date.parse(time) - edgeNowMs()
  if (leftMs > SOON_MS) return dateTime(time)
  return html`${dateTime(time)}
  ${badge(say(leftMs < 0 ? 'certificate.over' : 'certificate.soon'), leftMs < 0 ? 'beyond' : 'near')}`
}

/** As much of it as tells two apart, and the whole to whoever points at it. */
export function digestText(digest: string | null | undefined): VNode | string {
  if (digest === null || digest === undefined) return '–'
  return html`<span class="digest" title=${digest}>${digest.slice(0, 16)}</span>`
}

function setWords({ set }: WholeReport): string {
  if (set === null || set === undefined || set.state === 'none') return say('common.none')
  return [set.revision, sayWord('set', set.state), set.reason].join(' ').trim()
}

function alarmWords({ alarms }: WholeReport): string {
  const words = PRIORITIES.filter((each) => (alarms?.[each] ?? 0) > 0).map(
    (each) => `${alarms?.[each]} ${sayWord('priority', each)}`,
  )
  return words.length === 0 ? say('common.none') : words.join(', ')
}
