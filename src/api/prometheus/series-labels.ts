import { quantityOf } from '../../core/quantities.ts'

/** What a series is named by, sorted by name; a label that a quantity lacks is not there. */
export type Labels = readonly (readonly [name: string, value: string])[]

export interface NamedPoint {
  readonly device: string
  readonly quantity: string
  readonly unit: string
}

/** The metric and the labels that follow from a quantity alone. */
export interface Family {
  readonly metric: string
  readonly order: string
  readonly phase: string
}

const METRIC_PREFIX = 'grid_'
const PHASE = /^(?:[abcn]|ab|bc|ca)$/
const ORDER = /^\d+$/

/**
 * `voltage.a` is `grid_voltage{phase="a"}`, `harmonic.current.b.5` is `grid_harmonic_current{phase="b",order="5"}`. The label
 * `quantity` keeps the name as it was sent, so that two quantities never become one series and the way back is exact. A quantity that is
 * in no table is taken as it stands: its last letter need not be a phase.
 */
export function familyOf(quantity: string): Family {
  const words = quantity.split('.')
  let order = ''
  let phase = ''
  if (quantityOf(quantity) !== undefined) {
    if (ORDER.test(words.at(-1) ?? '')) order = words.pop() ?? ''
    if (PHASE.test(words.at(-1) ?? '')) phase = words.pop() ?? ''
  }
  return {
    metric: `${METRIC_PREFIX}${words.join('_').replace(/[^A-Za-z0-9_]/g, '_')}`,
    order,
    phase,
  }
}

export interface LabelSource {
  readonly point: NamedPoint
  readonly family: Family
  readonly site: string
}

/** A label that is not there has no value, which is what matchers say of it too. */
export function labelOf(name: string, { point, family, site }: LabelSource): string {
  switch (name) {
    case '__name__':
      return family.metric
    case 'device':
      return point.device
    case 'order':
      return family.order
    case 'phase':
      return family.phase
    case 'quantity':
      return point.quantity
    case 'site':
      return site
    case 'unit':
      return point.unit
    default:
      return ''
  }
}

/** In the order of their bytes, as Prometheus wants them. */
const NAMES = ['__name__', 'device', 'order', 'phase', 'quantity', 'site', 'unit'] as const

/** Whether there can be such a series. Prometheus asks for whatever it graphs, most of which is none of ours. */
export function isPossible(name: string, value: string): boolean {
  if (name === '__name__') return value.startsWith(METRIC_PREFIX)
  return value === '' || NAMES.some((known) => known === name)
}

export function labelsOf(source: LabelSource): Labels {
  const labels = NAMES.map((name) => [name, labelOf(name, source)] as const)
  return labels.filter(([, value]) => value !== '')
}

/** Name by name, value by value, by their bytes in UTF-8. */
export function compareLabels(left: Labels, right: Labels): number {
  for (const [at, [name, value]] of left.entries()) {
    const other = right[at]
    if (other === undefined) return 1
    const difference = compareBytes(name, other[0]) || compareBytes(value, other[1])
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function compareBytes(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right))
}
