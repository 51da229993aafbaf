/**
 * What a reading can be of. The name is all that a device sends; the rest follows from this table. Values are in the unit given
 * here (core/units.ts converts), positive is import: from the grid to the consumer, whichever side the device is on.
 */
export interface Quantity {
  readonly name: string
  /** UCUM, or `var`. */
  readonly unit: string
  /** Logical node, data object and attribute of IEC 61850-7-4, e.g. `MMXU.PhV.phsA`. */
  readonly reference: string
  /** Object identifier of DL/T 698.45, four hexadecimal digits; undefined where none is known for certain. */
  readonly object: string | undefined
  readonly aggregation: Aggregation
  readonly range: Range
}

/**
 * How readings of an interval become one value: the root of the mean of squares where IEC 61000-4-30 (4.5) says so, the
 * greatest, the newest, or the last register minus the first.
 */
export type Aggregation = 'mean' | 'rms' | 'max' | 'last' | 'difference'

/** What is physically possible, as multiples of a nominal value or as it stands. A reading outside is kept and marked. */
export interface Range {
  /** `power`: nominal voltage times nominal current, over all phases that the quantity spans. */
  readonly of: 'absolute' | 'phaseVoltage' | 'lineVoltage' | 'current' | 'power' | 'frequency'
  readonly min: number
  readonly max: number
}

/** Undefined: unmodelled. The reading is kept all the same, in the unit it came with. */
export function quantityOf(name: string): Quantity | undefined {
  return TABLE.get(name) ?? harmonicOf(name)
}

type Phase = 'a' | 'b' | 'c'
const PHASES: readonly Phase[] = ['a', 'b', 'c']
const SUFFIX = { a: 'phsA', b: 'phsB', c: 'phsC' } as const

/** IEEE 1159 knows swells to 1.8; beyond 1.5 for longer than a few cycles nothing is left to measure. */
const PHASE_VOLTAGE: Range = { of: 'phaseVoltage', min: 0, max: 1.5 }
const LINE_VOLTAGE: Range = { of: 'lineVoltage', min: 0, max: 1.5 }
/** A protection current transformer 5P20 is true to 20 times its rating. */
const CURRENT: Range = { of: 'current', min: 0, max: 20 }
const POWER: Range = { of: 'power', min: -20, max: 20 }
const APPARENT: Range = { of: 'power', min: 0, max: 20 }
const PERCENT: Range = { of: 'absolute', min: 0, max: 100 }
/** Small power supplies draw more harmonics than fundamental. */
const CURRENT_DISTORTION: Range = { of: 'absolute', min: 0, max: 500 }
const REGISTER: Range = { of: 'absolute', min: 0, max: Number.MAX_SAFE_INTEGER }
const FLICKER: Range = { of: 'absolute', min: 0, max: 100 }
const AIR: Range = { of: 'absolute', min: -60, max: 80 }
/** IEC 60076-7 allows a hot spot of 160 Cel in an emergency. */
const TRANSFORMER: Range = { of: 'absolute', min: -60, max: 250 }

/** The fields in the order of the columns below. */
function row(
  name: string,
  unit: string,
  reference: string,
  rest: { readonly aggregation: Aggregation; readonly range: Range; readonly object?: string },
): Quantity {
  return {
    name,
    unit,
    reference,
    object: rest.object,
    aggregation: rest.aggregation,
    range: rest.range,
  }
}

/** Every quantity but the harmonics, which follow a rule. */
export const quantities: readonly Quantity[] = [
  ...PHASES.flatMap(ofPhase),
  row('current.n', 'A', 'MMXU.A.neut', { aggregation: 'rms', range: CURRENT }),
  ...(['ab', 'bc', 'ca'] as const).map((pair) =>
    row(`voltage.${pair}`, 'V', `MMXU.PPV.phs${pair.toUpperCase()}`, {
      aggregation: 'rms',
      range: LINE_VOLTAGE,
    }),
  ),
  row('power.active', 'W', 'MMXU.TotW', { object: '2004', aggregation: 'mean', range: POWER }),
  row('power.reactive', 'var', 'MMXU.TotVAr', { aggregation: 'mean', range: POWER }),
  row('power.apparent', 'VA', 'MMXU.TotVA', { aggregation: 'mean', range: APPARENT }),
  row('power.factor', '1', 'MMXU.TotPF', {
    object: '200A',
    aggregation: 'mean',
    range: { of: 'absolute', min: -1, max: 1 },
  }),
  row('frequency', 'Hz', 'MMXU.Hz', {
    object: '200F',
    aggregation: 'mean',
    range: { of: 'frequency', min: 0.9, max: 1.1 },
  }),
  row('rocof', 'Hz/s', 'MMXU.HzRte', {
    aggregation: 'mean',
    range: { of: 'absolute', min: -50, max: 50 },
  }),
  // MMTR counts demand from the busbar outwards, which is import for whoever is out there.
  row('energy.active.import', 'W.h', 'MMTR.DmdWh', {
    object: '0010',
    aggregation: 'difference',
    range: REGISTER,
  }),
  row('energy.active.export', 'W.h', 'MMTR.SupWh', {
    object: '0020',
    aggregation: 'difference',
    range: REGISTER,
  }),
  row('energy.reactive.import', 'var.h', 'MMTR.DmdVArh', {
    aggregation: 'difference',
    range: REGISTER,
  }),
  row('energy.reactive.export', 'var.h', 'MMTR.SupVArh', {
    aggregation: 'difference',
    range: REGISTER,
  }),
  row('demand.active', 'W', 'MMXU.TotW', { aggregation: 'max', range: POWER }),
  row('unbalance.voltage', '%', 'MSQI.ImbNgV', { aggregation: 'rms', range: PERCENT }),
  row('flicker.pst', '1', 'MFLK.PhPst', { aggregation: 'max', range: FLICKER }),
  row('flicker.plt', '1', 'MFLK.PhPlt', { aggregation: 'max', range: FLICKER }),
  row('temperature.oil', 'Cel', 'SIML.Tmp', { aggregation: 'mean', range: TRANSFORMER }),
  row('temperature.winding', 'Cel', 'YPTR.HPTmp', { aggregation: 'mean', range: TRANSFORMER }),
  row('temperature.ambient', 'Cel', 'MMET.EnvTmp', { aggregation: 'mean', range: AIR }),
  row('level.oil', '%', 'SIML.Lev', { aggregation: 'last', range: PERCENT }),
  // 1: power is lost, said with the last of it. 0: it is back.
  row('outage.last-gasp', '1', 'LPHD.PwrSupAlm', {
    aggregation: 'max',
    range: { of: 'absolute', min: 0, max: 1 },
  }),
  // 0 open, 1 closed; a breaker on its way is a reading of bad quality, not a third number.
  row('breaker.position', '1', 'XCBR.Pos', {
    aggregation: 'last',
    range: { of: 'absolute', min: 0, max: 1 },
  }),
]

function ofPhase(phase: Phase): Quantity[] {
  const suffix = SUFFIX[phase]
  const rms = (range: Range, object?: string) =>
    ({ aggregation: 'rms', range, ...(object === undefined ? {} : { object }) }) as const
  return [
    row(`voltage.${phase}`, 'V', `MMXU.PhV.${suffix}`, rms(PHASE_VOLTAGE, '2000')),
    row(`current.${phase}`, 'A', `MMXU.A.${suffix}`, rms(CURRENT, '2001')),
    row(`power.active.${phase}`, 'W', `MMXU.W.${suffix}`, {
      object: '2004',
      aggregation: 'mean',
      range: POWER,
    }),
    row(`power.reactive.${phase}`, 'var', `MMXU.VAr.${suffix}`, {
      aggregation: 'mean',
      range: POWER,
    }),
    row(`power.apparent.${phase}`, 'VA', `MMXU.VA.${suffix}`, {
      aggregation: 'mean',
      range: APPARENT,
    }),
    row(`thd.voltage.${phase}`, '%', `MHAI.ThdPhV.${suffix}`, rms(PERCENT)),
    row(`thd.current.${phase}`, '%', `MHAI.ThdA.${suffix}`, rms(CURRENT_DISTORTION)),
  ]
}

const TABLE: ReadonlyMap<string, Quantity> = new Map(quantities.map((one) => [one.name, one]))

const HARMONIC = /^harmonic\.(voltage|current)\.([abc])\.([2-9]|[1-4]\d|50)$/

/**
 * Orders 2 to 50 (class A of IEC 61000-4-30), in % of the fundamental as limits of voltage harmonics are written; the sub-group
 * of IEC 61000-4-7, aggregated as a root mean square.
 */
function harmonicOf(name: string): Quantity | undefined {
  const match = HARMONIC.exec(name)
  if (match === null) return undefined
  const [, of, phase, order] = match
  const node = of === 'voltage' ? 'HPhV' : 'HA'
  const range = of === 'voltage' ? PERCENT : CURRENT_DISTORTION
  const reference = `MHAI.${node}.${SUFFIX[phase as Phase]}Har[${order}]`
  return row(name, '%', reference, { aggregation: 'rms', range })
}
