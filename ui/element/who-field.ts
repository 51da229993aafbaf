import type { VNode } from 'preact'
import { html } from '../html.ts'
import { isNamed } from '../login/session.ts'
import { settings } from '../settings.ts'
import { say } from '../text/say.ts'

const NAME_MAX = 100

/** Who does it: whoever is logged in cannot say another name. */
export function whoField(): VNode {
  return html`<label class="field">
    <span>${say('shell.operator')}</span>
    <input
      name="who"
      required
      maxlength=${NAME_MAX}
      value=${settings.value.operator}
      readonly=${isNamed()}
      autofocus
    />
  </label>`
}
