import { type ComponentChild, type VNode, h } from 'preact'
import { tell } from '../../edge/request.ts'
import { DeedDialog } from '../../element/deed-dialog.ts'
import { html } from '../../html.ts'
import { addressOf } from '../../route.ts'
import { say } from '../../text/say.ts'
import type { FleetSet } from '../answers.ts'

const WAVES = '1, 5%, 25%, rest'

/** In which waves a set goes to all sites, or to some. */
export function RolloutDialog({
  set,
  onClose,
}: {
  readonly set: FleetSet
  readonly onClose: () => void
}): ComponentChild {
  const field = (name: string, label: string, value: string): VNode =>
    html`<label class="field">
      <span>${label}</span>
      <input name=${name} value=${value} autocomplete="off" />
    </label>`
  const number = (name: string, label: string, value: number): VNode =>
    html`<label class="field">
      <span>${label}</span>
      <input name=${name} type="number" min="0" required value=${value} />
    </label>`
  return h(DeedDialog<object>, {
    title: say('fleet.beginTitle', { revision: set.revision, title: set.title }),
    verb: say('fleet.start'),
    isLoginEnough: true,
    content: html`${field('waves', say('fleet.wavesField'), WAVES)}
    ${field('sites', say('fleet.sitesField'), '')}
    ${number('soakSeconds', say('fleet.soakField'), 900)}
    ${number('failedPercent', say('fleet.failedField'), 10)}`,
    send: (form) => tell<object>('/api/v1/fleet/rollouts', planOf(form, set.digest)),
    onDone: () => (location.hash = addressOf('fleet', { view: 'rollouts' })),
    onClose,
  })
}

function planOf(form: FormData, set: string): object {
  const text = (name: string): string => {
    const value = form.get(name)
    return typeof value === 'string' ? value : ''
  }
  const list = (name: string): readonly string[] =>
    text(name)
      .split(/[\s,;]+/)
      .filter((word) => word !== '')
  const sites = list('sites')
  return {
    set,
    waves: list('waves'),
    soakSeconds: Number(text('soakSeconds')),
    failedPercent: Number(text('failedPercent')),
    ...(sites.length === 0 ? {} : { sites }),
  }
}
