import { type VNode, h } from 'preact'
import type { Result } from '../edge/answers.ts'
import { type Known, usePoll } from '../edge/poll.ts'
import { edgeNowMs } from '../edge/request.ts'
import { type SiteInfo, type TransformerOutline, useSite } from '../edge/site.ts'
import { useLive } from '../edge/use-live.ts'
import { panel, shown } from '../element/notice.ts'
import { fixed, measureText } from '../format.ts'
import { html } from '../html.ts'
import { type Shown, pictureOf } from '../overview/picture.ts'
import { addressOf } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { formatPoints } from '../trends/trend-view.ts'

const LIVE_MS = 1000
const RESULTS_MS = 30_000
const HOURS = [1, 4, 8]

/** How warm, how loaded, how old, and how much more each may bear. */
export function TransformersPage(): VNode {
  const site = useSite()
  return html`<div>
    ${shown(site, (value) =>
      value.transformers.length === 0
        ? html`<p class="empty">${say('transformers.none')}</p>`
        : h(Transformers, { site: value }),
    )}
  </div>`
}

function Transformers({ site }: { readonly site: SiteInfo }): VNode {
  const monitors = site.devices.filter(({ transformer }) => transformer !== undefined)
  const live = useLive(
    monitors.map(({ id }) => id),
    LIVE_MS,
  )
  const picture = pictureOf(site, live, edgeNowMs())
  const words = 'processor=transformer&limit=2000'
  const derived = usePoll<Results>(`/api/v1/derived?from=-15m&${words}`, RESULTS_MS)
  const aggregates = usePoll<Results>(`/api/v1/aggregates?from=-3d&${words}`, RESULTS_MS)
  return html`<div class="columns cards">
    ${site.transformers.map((outline) =>
      panel(
        `${outline.id} · ${outline.from} → ${outline.to}`,
        [
          figuresOf(outline, { picture: picture.transformer(outline), derived, aggregates }),
          permissible(outline.id, aggregates),
          trendLink(monitors.find(({ transformer }) => transformer === outline.id)?.id),
        ],
        'transformer',
      ),
    )}
  </div>`
}

interface Results {
  readonly derived?: readonly Result[]
  readonly aggregates?: readonly Result[]
}

interface Facts {
  readonly picture: { readonly power: Shown; readonly load: Shown; readonly oil: Shown }
  readonly derived: Known<Results>
  readonly aggregates: Known<Results>
}

function figuresOf(
  { id, ratedVa, cooling }: TransformerOutline,
  { picture, derived, aggregates }: Facts,
): VNode {
  const hotspot = newest(derived.value?.derived, { id, name: 'temperature.hotspot' })
  const oil = newest(derived.value?.derived, { id, name: 'temperature.top-oil' })
  const ageing = newest(aggregates.value?.aggregates, { id, name: 'ageing.rate' })
  const loss = newest(aggregates.value?.aggregates, { id, name: 'loss-of-life' })
  const notYet = say('transformers.notYet')
  const rows: readonly (readonly [string, string, string])[] = [
    [say('transformers.load'), shownText(picture.load), picture.load.standing],
    [sayWord('quantity', 'power.active'), shownText(picture.power), picture.power.standing],
    [say('transformers.hotspot'), resultText(hotspot, 'Cel'), hotspotStanding(hotspot)],
    [say('transformers.topOil'), resultText(oil, 'Cel'), picture.oil.standing],
    [
      say('transformers.ageing'),
      ageing === undefined ? notYet : say('transformers.times', { value: fixed(ageing.value, 3) }),
      '',
    ],
    [
      say('transformers.lossOfLife'),
      loss === undefined
        ? notYet
        : say('transformers.days', {
            days: fixed(loss.value, 3),
            total: fixed(Number(loss.fields['total'] ?? Number.NaN), 2),
          }),
      '',
    ],
    [say('transformers.rated'), measureText(ratedVa, 'VA'), ''],
    [say('transformers.cooling'), cooling, ''],
  ]
  return html`<dl class="figures">
    ${rows.map(
      ([term, text, standing]) =>
        html`<div>
          <dt>${term}</dt>
          <dd class=${`value ${standing}`}>${text}</dd>
        </div>`,
    )}
  </dl>`
}

function permissible(id: string, { value }: Known<Results>): VNode {
  const found = HOURS.map((hours) => ({
    hours,
    result: newest(value?.aggregates, { id, name: 'load.permissible', key: hours }),
  }))
  return html`<section>
    <h3>${say('transformers.permissible')}</h3>
    <dl class="figures">
      ${found.map(({ hours, result }) => {
        const share = result === undefined ? undefined : (result.value ?? Number.NaN) * 100
        const bound =
          result === undefined
            ? ''
            : say('transformers.bound', { bound: String(result.fields['bound'] ?? '') })
        return html`<div>
          <dt>${say('transformers.hours', { hours })}</dt>
          <dd>
            ${share === undefined ? say('transformers.notYet') : `${fixed(share, 0)}\u202f% `}<span
              class="detail"
              >${bound}</span
            >
          </dd>
        </div>`
      })}
    </dl>
  </section>`
}

function trendLink(device: string | undefined): VNode | string {
  if (device === undefined) return ''
  const quantities = ['temperature.oil', 'temperature.winding', 'power.active']
  const p = formatPoints(quantities.map((quantity) => ({ device, quantity })))
  return html`<p>
    <a href=${addressOf('trends', { p, span: '86400000' })}>${say('overview.openTrend')}</a>
  </p>`
}

function newest(
  results: readonly Result[] | undefined,
  { id, name, key }: { readonly id: string; readonly name: string; readonly key?: number },
): Result | undefined {
  return results?.findLast(
    (result) => result.subject === id && result.name === name && (key ?? result.key) === result.key,
  )
}

function resultText(result: Result | undefined, unit: string): string {
  return result === undefined ? say('transformers.notYet') : measureText(result.value, unit)
}

function shownText({ value, unit }: Shown): string {
  return measureText(value, unit)
}

/** IEC 60076-7, table 2: normal cyclic loading, and the temperature from which ageing is faster than normal. */
function hotspotStanding(result: Result | undefined): string {
  const value = result?.value ?? 0
  return value > 120 ? 'beyond' : value > 98 ? 'near' : 'normal'
}
