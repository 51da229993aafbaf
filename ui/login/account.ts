import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { h } from 'preact'
import { useCell } from '../cell.ts'
import { tell } from '../edge/request.ts'
import { html } from '../html.ts'
import { addressOf } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { PasswordDialog } from './password-dialog.ts'
import { session } from './session.ts'

/** Who is in, with what they may do about it. */
export function Account(): VNode {
  const state = useCell(session)
  const [isChanging, setChanging] = useState(false)
  if (state.kind !== 'in') return html`<span></span>`
  const { name, role, kind } = state.person
  if (kind === 'local')
    return html`<a class="account" href=${addressOf('users')}>${say('login.local')}</a>`
  const leave = async (): Promise<void> => {
    await tell('/api/v1/logout', {})
    session.set({ kind: 'out' })
  }
  return html`<span class="account">
    <strong>${name}</strong> ${sayWord('role', role)}
    <button type="button" class="link" onClick=${() => setChanging(true)}>
      ${say('login.password')}
    </button>
    <button type="button" class="link" onClick=${() => void leave()}>${say('login.leave')}</button>
    ${
      isChanging
        ? h(PasswordDialog, {
            title: say('login.change'),
            of: undefined,
            onClose: () => setChanging(false),
          })
        : ''
    }
  </span>`
}
