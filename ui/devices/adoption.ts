import { type VNode, h } from 'preact'
import type { DeviceOutline, SiteInfo } from '../edge/site-info.ts'
import { tell } from '../edge/request.ts'
import { DeedDialog } from '../element/deed-dialog.ts'
import { panel } from '../element/notice.ts'
import { html } from '../html.ts'
import { say, sayWord } from '../text/say.ts'

const KINDS = ['meter', 'rtu', 'pmu', 'pq-meter', 'transformer-monitor', 'concentrator']

export interface AdoptionOf {
  readonly device: string
  readonly site: SiteInfo | undefined
  readonly onDone: () => void
  readonly onClose: () => void
}

/** Makes a quarantined device one of the site. */
export function AdoptionDialog({ device, site, onDone, onClose }: AdoptionOf): VNode {
  const dialog = h(DeedDialog<DeviceOutline>, {
    title: say('devices.adoptTitle', { id: device }),
    verb: say('devices.adoptVerb'),
    content: html`${select('kind', say('column.kind'), kindChoices())}
      ${select('feeder', say('column.where'), feederChoices(site))}
      <p class="notes">${say('devices.adoptLater')}</p>`,
    send: (form, who) => {
      const feeder = form.get('feeder')
      const where = typeof feeder === 'string' && feeder !== '' ? { feeder } : {}
      return tell<DeviceOutline>(`/api/v1/devices/${encodeURIComponent(device)}/adopt`, {
        who,
        kind: form.get('kind'),
        ...where,
      })
    },
    onDone,
    onClose,
  })
  return html`<div>${dialog}</div>`
}

/** Lines for the site file, so that it can say itself what was said here. */
export function siteLines(devices: readonly DeviceOutline[]): VNode | string {
  const adopted = devices.filter((each) => each.adopted !== undefined)
  if (adopted.length === 0) return ''
  const lines = adopted.map(({ id, kind, feeder }) => {
    const where = feeder === undefined ? '' : `, feeder: '${feeder}'`
    return `- { id: '${id}', kind: ${kind}${where} }`
  })
  return panel(
    say('devices.siteLines'),
    html`<p class="notes">${say('devices.siteLinesText')}</p>
      <pre tabindex="0">${lines.join('\n')}</pre>`,
  )
}

interface Choice {
  readonly value: string
  readonly text: string
}

function kindChoices(): readonly Choice[] {
  return KINDS.map((value) => ({ value, text: sayWord('kind', value) }))
}

function feederChoices(site: SiteInfo | undefined): readonly Choice[] {
  const feeders = (site?.feeders ?? []).map(({ id }) => ({ value: id, text: id }))
  return [{ value: '', text: say('devices.nowhere') }, ...feeders]
}

function select(name: string, label: string, choices: readonly Choice[]): VNode {
  return html`<label class="field">
    <span>${label}</span>
    <select name=${name}>
      ${choices.map(({ value, text }) => html`<option value=${value}>${text}</option>`)}
    </select>
  </label>`
}
