import { type VNode, h } from 'preact'
import { useMemo } from 'preact/hooks'
import { alarmsBySubject } from '../alarms/open-alarms.ts'
import type { Alarm, AlarmList } from '../edge/answers.ts'
import { usePoll } from '../edge/poll.ts'
import { edgeNowMs } from '../edge/request.ts'
import { type SiteInfo, useSite } from '../edge/site.ts'
import { useLive } from '../edge/use-live.ts'
import { badge, panel, shown } from '../element/notice.ts'
import { dateTime } from '../format.ts'
import { html } from '../html.ts'
import { addressOf } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { toneOf } from '../alarms/tone.ts'
import { diagram } from './diagram.ts'
import { drawingOf } from './drawing.ts'
import { HealthPanel } from './health-panel.ts'
import { devicesShown, pictureOf } from './picture.ts'

/** A reading is to be seen within a second of its coming. */
const LIVE_MS = 400
const ALARMS_MS = 2000
const ALARMS_LISTED = 8

/** How the substation is now. */
export function OverviewPage(): VNode {
  const site = useSite()
  const alarms = usePoll<AlarmList>('/api/v1/alarms', ALARMS_MS)
  return html`<div class="overview">
    <div class="overview-main">
      ${shown(site, (value) =>
        value.voltageLevels.length === 0
          ? html`<p class="empty">${say('overview.empty')}</p>`
          : h(LiveDiagram, { site: value, alarms: alarms.value?.alarms ?? [] }),
      )}
    </div>
    <div class="overview-side">
      ${panel(
        say('overview.alarms'),
        shown(alarms, (value) => alarmLines(value.alarms)),
      )}
      ${h(HealthPanel, {})}
    </div>
  </div>`
}

interface LiveDiagramOf {
  readonly site: SiteInfo
  readonly alarms: readonly Alarm[]
}

function LiveDiagram({ site, alarms }: LiveDiagramOf): VNode {
  const drawing = useMemo(() => drawingOf(site), [site])
  const devices = useMemo(() => devicesShown(site), [site])
  const live = useLive(devices, LIVE_MS)
  const picture = pictureOf(site, live, edgeNowMs())
  return diagram({ site, drawing, picture, alarms: alarmsBySubject(site, alarms) })
}

function alarmLines(alarms: readonly Alarm[]): VNode {
  if (alarms.length === 0) return html`<p class="empty">${say('overview.noAlarms')}</p>`
  return html`<ul class="alarm-lines">
    ${alarms.slice(0, ALARMS_LISTED).map(
      ({ id, name, subject, priority, state, raised }) =>
        html`<li key=${id}>
          <a href=${addressOf('alarms', { id: String(id) })}>
            ${badge(sayWord('priority', priority), toneOf(priority))}
            <span class="what">
              <strong>${sayWord('event', name)}</strong>
              <span>${subject.id} · ${sayWord('state', state)} · ${dateTime(raised)}</span>
            </span>
          </a>
        </li>`,
    )}
  </ul>`
}
