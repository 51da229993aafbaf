import { type VNode, h } from 'preact'
import { searchField, selectField } from '../../element/field.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import { showWith } from '../element/order.ts'
import { DeviceList } from './device-list.ts'

const STATES = ['', 'known', 'silent', 'quarantined']

/** Where a device is, of all that any site has. */
export function DevicesPage({ query }: { readonly query: URLSearchParams }): VNode {
  const of = (name: string): string => query.get(name) ?? ''
  const choose = (name: string) => (value: string) => showWith('devices', query, { [name]: value })
  return html`<div>
    <div class="filters">
      ${searchField(say('devices.search'), { value: of('search'), onType: choose('search') })}
      ${searchField(say('column.site'), { value: of('site'), onType: choose('site') })}
      ${stateField(of('state'), choose('state'))}
    </div>
    ${h(DeviceList, { search: of('search'), site: of('site'), state: of('state') })}
  </div>`
}

function stateField(value: string, onChoose: (value: string) => void): VNode {
  return selectField(say('column.state'), {
    value,
    choices: STATES.map((each) => ({
      value: each,
      text: each === '' ? say('common.all') : sayWord('deviceState', each),
    })),
    onChoose,
  })
}
