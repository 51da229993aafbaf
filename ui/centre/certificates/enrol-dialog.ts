import { type ComponentChild, type VNode, h } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { tell } from '../../edge/request.ts'
import { DeedDialog } from '../../element/deed-dialog.ts'
import { dateTime } from '../../format.ts'
import { html } from '../../html.ts'
import { say } from '../../text/say.ts'

interface Invited {
  readonly token: string
  readonly ends: string
  readonly fingerprint: string
}

/** A word that lets one machine become a site. It is shown once and kept nowhere. */
export function EnrolDialog({ onClose }: { readonly onClose: () => void }): ComponentChild {
  const [invited, setInvited] = useState<Invited | undefined>(undefined)
  const close = (): void => {
    // The form closes when it has an answer; what it brought is still to be read.
    if (!wasAnswered.current) onClose()
  }
  const wasAnswered = useRef(false)
  if (invited !== undefined) return h(Shown, { invited, onClose })
  return h(DeedDialog<Invited>, {
    title: say('certificate.enrol'),
    verb: say('certificate.invite'),
    isLoginEnough: true,
    content: html`<p class="notes">${say('certificate.enrolText')}</p>
      <label class="field">
        <span>${say('column.site')}</span>
        <input name="site" required maxlength="64" pattern="[a-z0-9\\-]+" autocomplete="off" />
      </label>`,
    send: (form) => tell<Invited>('/api/v1/fleet/tokens', { site: form.get('site') }),
    onDone: (answer) => {
      wasAnswered.current = true
      setInvited(answer)
    },
    onClose: close,
  })
}

function Shown({
  invited,
  onClose,
}: {
  readonly invited: Invited
  readonly onClose: () => void
}): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const { token, ends, fingerprint } = invited
  const command = `busbar edge enroll --centre ${location.origin} --token ${token} --fingerprint ${fingerprint} --data /var/lib/busbar --trust KEY`
  return html`<dialog ref=${dialog} aria-labelledby="token-title" onClose=${onClose}>
    <h2 id="token-title">${say('certificate.token')}</h2>
    <p>${say('certificate.tokenText', { time: dateTime(ends) })}</p>
    <pre class="token">${command}</pre>
    <p class="actions">
      <button type="button" class="primary" onClick=${() => dialog.current?.close()}>
        ${say('common.close')}
      </button>
    </p>
  </dialog>`
}
