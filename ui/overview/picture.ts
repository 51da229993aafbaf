import type { Live } from '../edge/use-live.ts'
import type {
  DeviceOutline,
  FeederOutline,
  SiteInfo,
  TransformerOutline,
} from '../edge/site-info.ts'
import { type Limits, type Standing, standingOf, worstOf } from '../edge/standing.ts'

/** A value as it is shown: with what it is worth. */
export interface Shown {
  readonly value: number | undefined
  readonly unit: string
  readonly standing: Standing
}

export type Supply = 'energised' | 'dead' | 'unknown'
export type Breaker = 'open' | 'closed' | 'unknown'

/** What the diagram says of the substation at one moment. */
export interface Picture {
  level(id: string): { readonly voltage: Shown; readonly supply: Supply; readonly frequency: Shown }
  transformer(of: TransformerOutline): {
    readonly power: Shown
    readonly load: Shown
    readonly oil: Shown
  }
  feeder(of: FeederOutline): {
    readonly power: Shown
    readonly current: Shown
    readonly breaker: Breaker
  }
}

const PHASES = ['a', 'b', 'c'] as const
/** A busbar below this share of its nominal voltage feeds nobody; what is left is induced. */
const DEAD_SHARE = 0.1
const NEAR_SHARE = 0.9
/** IEC 60076-7, table 2: top oil in normal cyclic loading, and what DL/T 572 warns of. */
const OIL: Limits = { high: 105, nearHigh: 85 }

/** Devices whose latest readings the diagram needs. */
export function devicesShown({ devices, feeders }: SiteInfo): readonly string[] {
  const heads = feeders.flatMap(({ head }) => (head === undefined ? [] : [head]))
  const others = devices.filter(
    ({ transformer, voltageLevel }) => transformer !== undefined || voltageLevel !== undefined,
  )
  return [...new Set([...heads, ...others.map(({ id }) => id)])]
}

export function pictureOf(site: SiteInfo, live: Live, nowMs: number): Picture {
  const shown = (
    device: string | undefined,
    quantity: string,
    of: { unit: string; limits?: Limits },
  ): Shown => {
    const reading = live.of(device, quantity)
    const { limits = {} } = of
    const standing = standingOf(reading, { nowMs, limits })
    return { value: reading?.value ?? undefined, unit: of.unit, standing }
  }
  const voltageOf = (level: string): Shown => {
    const nominalV = site.voltageLevels.find(({ id }) => id === level)?.nominalV ?? Number.NaN
    const sources = sourcesOf(site, level)
    const source = sources.find((id) => live.of(id, 'voltage.a') !== undefined)
    const limits = voltageLimits(nominalV / Math.sqrt(3), site.site.limits)
    const phases = PHASES.map((phase) => shown(source, `voltage.${phase}`, { unit: 'V', limits }))
    return { value: rms(phases, Math.sqrt(3)), unit: 'V', standing: worstOf(phases.map(standing)) }
  }
  return {
    level(id) {
      const voltage = voltageOf(id)
      const nominalV = site.voltageLevels.find((level) => level.id === id)?.nominalV ?? Number.NaN
      const { nominal, band } = {
        nominal: site.site.frequencyHz,
        band: 0.01 * site.site.frequencyHz,
      }
      const limits = { low: nominal - band, high: nominal + band }
      const source = sourcesOf(site, id).find((each) => live.of(each, 'frequency') !== undefined)
      return {
        voltage,
        supply: supplyOf(voltage, nominalV),
        frequency: shown(source, 'frequency', { unit: 'Hz', limits }),
      }
    },
    transformer({ id, ratedVa }) {
      const device = site.devices.find(({ transformer }) => transformer === id)?.id
      const power = shown(device, 'power.active', { unit: 'W' })
      const reactive = shown(device, 'power.reactive', { unit: 'var' })
      const share = (100 * Math.hypot(power.value ?? Number.NaN, reactive.value ?? 0)) / ratedVa
      const base = worstOf([power.standing, reactive.standing])
      const load = { value: share, unit: '%', standing: loadStanding(share, base) }
      return { power, load, oil: shown(device, 'temperature.oil', { unit: 'Cel', limits: OIL }) }
    },
    feeder({ head }) {
      const rated = site.devices.find(({ id }) => id === head)?.nominal?.currentA
      const limits = rated === undefined ? {} : { high: rated, nearHigh: rated * NEAR_SHARE }
      const phases = PHASES.map((phase) => shown(head, `current.${phase}`, { unit: 'A', limits }))
      const current = {
        value: greatest(phases),
        unit: 'A',
        standing: worstOf(phases.map(standing)),
      }
      const power = shown(head, 'power.active', { unit: 'W' })
      return { power, current, breaker: breakerOf(shown(head, 'breaker.position', { unit: '1' })) }
    },
  }
}

/** Devices that measure the voltage of a busbar: those that hang at it, the heads of its feeders, monitors of transformers on that side. */
function sourcesOf({ devices, feeders, transformers }: SiteInfo, level: string): string[] {
  const own = devices.filter(({ voltageLevel }) => voltageLevel === level).map(idOf)
  const heads = feeders.filter(({ voltageLevel }) => voltageLevel === level)
  const sides = transformers.filter((each) => each[each.currentSide] === level).map(idOf)
  const monitors = devices.filter(({ transformer = '' }) => sides.includes(transformer)).map(idOf)
  return [...own, ...heads.flatMap(({ head }) => head ?? []), ...monitors]
}

function idOf({ id }: Pick<DeviceOutline, 'id'>): string {
  return id
}

function standing({ standing: own }: Shown): Standing {
  return own
}

/** EN 50160: 10 % of nominal; GB/T 12325: 7 % to 20 kV. */
function voltageLimits(nominalV: number, limits: 'gbt' | 'en50160'): Limits {
  if (!Number.isFinite(nominalV)) return {}
  const band = limits === 'gbt' ? 0.07 : 0.1
  const near = band * 0.8
  return {
    low: nominalV * (1 - band),
    high: nominalV * (1 + band),
    nearLow: nominalV * (1 - near),
    nearHigh: nominalV * (1 + near),
  }
}

function rms(phases: readonly Shown[], factor: number): number | undefined {
  const values = phases.flatMap(({ value }) => value ?? [])
  if (values.length === 0) return undefined
  return factor * Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
}

function greatest(phases: readonly Shown[]): number | undefined {
  const values = phases.flatMap(({ value }) => value ?? [])
  return values.length === 0 ? undefined : Math.max(...values)
}

function supplyOf({ value, standing: own }: Shown, nominalV: number): Supply {
  if (value === undefined || own === 'stale' || own === 'bad' || own === 'none') return 'unknown'
  return value < nominalV * DEAD_SHARE ? 'dead' : 'energised'
}

function loadStanding(percent: number, base: Standing): Standing {
  if (base !== 'normal') return base
  if (percent > 100) return 'beyond'
  return percent > 100 * NEAR_SHARE ? 'near' : 'normal'
}

/** On its way it is a reading of bad quality, and an old one says nothing of now. */
function breakerOf({ value, standing: own }: Shown): Breaker {
  if (own !== 'normal' && own !== 'doubtful') return 'unknown'
  return value === 1 ? 'closed' : 'open'
}
