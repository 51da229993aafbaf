import { type VNode, h } from 'preact'
import { useCell } from '../cell.ts'
import { contact } from '../edge/request.ts'
import { textIn } from '../element/field.ts'
import { clockTime } from '../format.ts'
import { html } from '../html.ts'
import { Account } from '../login/account.ts'
import { session } from '../login/session.ts'
import { type Page, addressOf } from '../route.ts'
import { choose, languages, settings, themes } from '../settings.ts'
import { say, sayWord } from '../text/say.ts'

const LANGUAGES = { en: 'English', 'zh-CN': '中文' } as const

export interface Bar {
  /** The first page. */
  readonly home: Page
  /** Of what is looked at. */
  readonly name: string
  readonly content: VNode
  /** Where there are no users, whoever acts is asked for a name, and it is kept with what is done. */
  readonly asksOperator: boolean
}

/** What is looked at, whether it answers, and what is most urgent; and what a person may choose. */
export function TopBar({ home, name, content, asksOperator }: Bar): VNode {
  const state = useCell(contact)
  const isLost = state.kind === 'lost'
  return html`<header class="top-bar">
    <a class="brand" href=${addressOf(home)}>Busbar</a>
    <strong class="site-name">${name}</strong>
    <span class=${`contact ${state.kind}`}>
      <span class="dot" aria-hidden="true"></span>
      ${say(isLost ? 'contact.lostShort' : 'contact.there')}
    </span>
    ${content} ${h(Account, {})} ${choices(asksOperator)}
    <p class="lost-banner" role="alert" hidden=${!isLost}>
      ${isLost ? say('contact.lost', { time: clockTime(state.sinceMs) }) : ''}
    </p>
  </header>`
}

/** Before anybody is in: nothing of the site, only what a person may choose. */
export function EntryBar(): VNode {
  return html`<header class="top-bar">
    <span class="brand">Busbar</span>
    ${choices(false)}
  </header>`
}

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

function choices(asksOperator: boolean): VNode {
  const { language, theme, operator } = settings.value
  const { value: who } = session
  const isLocal = who.kind === 'in' && who.person.kind === 'local'
  return html`<div class="choices">
    ${isLocal && asksOperator ? operatorField(operator) : ''}
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
