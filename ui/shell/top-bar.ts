import { type VNode, h } from 'preact'
import { useCell } from '../cell.ts'
import type { AlarmList } from '../edge/answers.ts'
import { usePoll } from '../edge/poll.ts'
import { contact } from '../edge/request.ts'
import type { SiteInfo } from '../edge/site-info.ts'
import { textIn } from '../element/field.ts'
import { clockTime } from '../format.ts'
import { html } from '../html.ts'
import { Account } from '../login/account.ts'
import { session } from '../login/session.ts'
import { addressOf } from '../route.ts'
import { choose, languages, settings, themes } from '../settings.ts'
import { say, sayWord } from '../text/say.ts'

const ALARMS_MS = 2000
const LANGUAGES = { en: 'English', 'zh-CN': '中文' } as const

/** Which substation, whether its edge answers, how many alarms wait; and what a person may choose. */
export function TopBar({ site }: { readonly site: SiteInfo | undefined }): VNode {
  const state = useCell(contact)
  const { value: list } = usePoll<AlarmList>('/api/v1/alarms?limit=1', ALARMS_MS)
  const waiting = list?.counts['unacknowledged'] ?? 0
  const isLost = state.kind === 'lost'
  return html`<header class="top-bar">
    <a class="brand" href=${addressOf('overview')}>Busbar</a>
    <strong class="site-name">${site?.site.name ?? ''}</strong>
    <span class=${`contact ${state.kind}`}>
      <span class="dot" aria-hidden="true"></span>
      ${say(isLost ? 'contact.lostShort' : 'contact.there')}
    </span>
    <a class=${`bell ${waiting > 0 ? 'waiting' : ''}`} href=${addressOf('alarms')}>
      ${say('alarms.counts', { count: waiting, state: sayWord('state', 'unacknowledged') })}
    </a>
    ${h(Account, {})} ${choices()}
    <p class="lost-banner" role="alert" hidden=${!isLost}>
      ${isLost ? say('contact.lost', { time: clockTime(state.sinceMs) }) : ''}
    </p>
  </header>`
}

/** Before anybody is in: nothing of the site, only what a person may choose. */
export function EntryBar(): VNode {
  return html`<header class="top-bar">
    <span class="brand">Busbar</span>
    ${choices()}
  </header>`
}

/** Where there are no users, whoever acts says who it is. */
function operatorField(operator: string): VNode {
  return html`<label
    >${say('shell.operator')}
    <input
      name="operator"
      autocomplete="off"
      maxlength="100"
      title=${say('shell.operatorHint')}
      value=${operator}
      onChange=${(event: Event) => choose({ operator: textIn(event) })}
    />
  </label>`
}

function choices(): VNode {
  const { language, theme, operator } = settings.value
  const { value: who } = session
  const isLocal = who.kind === 'in' && who.person.kind === 'local'
  return html`<div class="choices">
    ${isLocal ? operatorField(operator) : ''}
    <label>
      <span class="label-text">${say('shell.theme')}</span>
      <select
        name="theme"
        onChange=${(event: Event) =>
          choose({ theme: themes.find((each) => each === textIn(event)) ?? 'system' })}
      >
        ${themes.map(
          (each) =>
            html`<option value=${each} selected=${each === theme}>
              ${sayWord('theme', each)}
            </option>`,
        )}
      </select>
    </label>
    <label>
      <span class="label-text">${say('shell.language')}</span>
      <select
        name="language"
        onChange=${(event: Event) =>
          choose({ language: languages.find((each) => each === textIn(event)) ?? 'en' })}
      >
        ${languages.map(
          (each) =>
            html`<option value=${each} lang=${each} selected=${each === language}>
              ${LANGUAGES[each]}
            </option>`,
        )}
      </select>
    </label>
  </div>`
}
