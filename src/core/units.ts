/**
 * Units by their UCUM code, with two extensions: `var` for reactive power, which UCUM lacks, and the spellings of SenML
 * (RFC 8428, 12.1; RFC 8798) where they differ from UCUM: `VA`, `Wh`, `/`. Inside there is one unit for each kind of quantity:
 * V, A, W, var, VA, W.h, var.h, VA.h, Hz, Hz/s, Cel, %, 1.
 */

/** What to multiply a value in `from` by to have it in `to`; undefined when they measure different things. */
export function unitScale(from: string, to: string): number | undefined {
  const source = UNITS.get(from)
  const target = UNITS.get(to)
  if (source === undefined || target === undefined || source.kind !== target.kind) return undefined
  return (source.numerator * target.denominator) / (source.denominator * target.numerator)
}

interface Unit {
  /** The unit of the same kind with the scale 1. */
  readonly kind: string
  /** A fraction, so that a milli- is exact as a division and no decimal is lost. */
  readonly numerator: number
  readonly denominator: number
}

const PREFIXES = { m: [1, 1000], '': [1, 1], k: [1000, 1], M: [1e6, 1], G: [1e9, 1] } as const

const UNITS: ReadonlyMap<string, Unit> = new Map([
  ...prefixed('V', ['m', '', 'k', 'M']),
  ...prefixed('A', ['m', '', 'k']),
  ...prefixed('W', ['m', '', 'k', 'M', 'G']),
  ...prefixed('var', ['', 'k', 'M']),
  ...prefixed('VA', ['', 'k', 'M']),
  ...prefixed('V.A', ['', 'k', 'M'], 'VA'),
  ...prefixed('W.h', ['', 'k', 'M', 'G']),
  ...prefixed('Wh', ['', 'k', 'M', 'G'], 'W.h'),
  ...prefixed('var.h', ['', 'k', 'M']),
  ...prefixed('varh', ['', 'k', 'M'], 'var.h'),
  ...prefixed('V.A.h', ['', 'k', 'M'], 'VA.h'),
  ...prefixed('VA.h', ['', 'k', 'M']),
  ...prefixed('VAh', ['', 'k', 'M'], 'VA.h'),
  ...prefixed('Hz', ['m', '', 'k']),
  ...prefixed('Hz/s', ['m', '']),
  unit('J', 'W.h', { denominator: 3600 }),
  unit('W.s', 'W.h', { denominator: 3600 }),
  unit('vars', 'var.h', { denominator: 3600 }),
  unit('VAs', 'VA.h', { denominator: 3600 }),
  unit('Cel', 'Cel'),
  unit('1', '1'),
  unit('/', '1'),
  unit('%', '1', { denominator: 100 }),
  unit('/100', '1', { denominator: 100 }),
])

function prefixed(
  name: string,
  prefixes: readonly (keyof typeof PREFIXES)[],
  kind: string = name,
): [string, Unit][] {
  return prefixes.map((prefix) => {
    const [numerator, denominator] = PREFIXES[prefix]
    return unit(`${prefix}${name}`, kind, { numerator, denominator })
  })
}

function unit(
  name: string,
  kind: string,
  { numerator = 1, denominator = 1 }: { numerator?: number; denominator?: number } = {},
): [string, Unit] {
  return [name, { kind, numerator, denominator }]
}
