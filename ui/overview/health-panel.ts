import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { Health, Uplink } from '../edge/answers.ts'
import { useAsked, usePoll } from '../edge/poll.ts'
import { askText } from '../edge/request.ts'
import { panel, shown } from '../element/notice.ts'
import { bytesText, countText, fixed, lengthText } from '../format.ts'
import { html } from '../html.ts'
import { say } from '../text/say.ts'

const HEALTH_MS = 2000
const FIGURES_MS = 5000

/** What the edge says of itself. */
export function HealthPanel(): VNode {
  const health = usePoll<Health>('/healthz', HEALTH_MS)
  const uplink = usePoll<{ readonly uplink: Uplink | null }>('/api/v1/uplink', FIGURES_MS)
  const figures = useAsked('/metrics', FIGURES_MS, () => askText('/metrics'))
  const last = useRef<Sample | undefined>(undefined)
  const rate = useRef<number | undefined>(undefined)
  const read = figureReader(figures.value ?? '')
  const stored = read('busbar_ingest_readings_total\\{outcome="stored"\\}')
  if (stored !== undefined && stored !== last.current?.stored) {
    const now = { stored, atMs: performance.now() }
    if (last.current !== undefined)
      rate.current = (1000 * (stored - last.current.stored)) / (now.atMs - last.current.atMs)
    last.current = now
  }
  return panel(
    say('overview.health'),
    html`${[
      shown(health, ({ problems }) => problemList(problems)),
      html`<dl class="figures">
        ${figure('overview.ingest', countText(rate.current))}
        ${figure('overview.stored', countText(stored))}
        ${figure('overview.commit', millisecondsText(read('busbar_store_commit_last_seconds')))}
        ${figure('overview.clients', countText(read('busbar_mqtt_clients')))}
        ${figure('overview.behind', countText(read('busbar_processors_behind_readings')))}
        ${figure('overview.disk', bytesText(read('busbar_store_disk_bytes')))}
        ${figure('overview.uplink', uplinkText(uplink.value?.uplink))}
        ${figure('overview.uptime', lengthText(health.value?.uptimeSeconds))}
      </dl>`,
    ]}`,
  )
}

/** How much waits, and whether it goes. */
function uplinkText(uplink: Uplink | null | undefined): string {
  if (uplink === undefined) return '–'
  if (uplink === null) return say('overview.noUplink')
  const { isStuck, link, pending } = uplink
  const state = isStuck ? 'stuck' : link
  return say(`overview.uplink.${state}`, { pending: countText(pending) })
}

interface Sample {
  readonly stored: number
  readonly atMs: number
}

function problemList(problems: readonly string[]): VNode {
  if (problems.length === 0) return html`<p class="well">${say('overview.allWell')}</p>`
  return html`<ul class="problems">
    ${problems.map((problem) => html`<li lang="en">${problem}</li>`)}
  </ul>`
}

function figure(key: Parameters<typeof say>[0], text: string): VNode {
  return html`<div>
    <dt>${say(key)}</dt>
    <dd>${text}</dd>
  </div>`
}

function millisecondsText(seconds: number | undefined): string {
  return seconds === undefined ? '–' : `${fixed(seconds * 1000, 1)}\u202fms`
}

/** One value of the Prometheus text; `name` is a pattern. */
function figureReader(text: string): (name: string) => number | undefined {
  return (name) => {
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
    return found === undefined ? undefined : Number(found)
  }
}
