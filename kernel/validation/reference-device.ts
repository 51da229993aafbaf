import { quality as bit } from '../../src/core/quality.ts'
import {
  type Judged,
  type ReferenceDevice,
  doubted,
  isInvalid,
  spoilt,
} from './reference-samples.ts'

/** Readings that a device dated alike, compared with each other. */
export function markMoments(all: readonly Judged[], device: ReferenceDevice): void {
  const newest = new Map<string, Judged>()
  let moment = new Map<string, Judged>()
  let time = -Infinity
  const close = (): void => {
    if (moment.size === 0) return
    markDead(moment, newest, device)
    markContradictions(moment, device)
  }
  for (const one of all) {
    if (!one.isInOrder || !COMPARED.test(one.quantity)) continue
    if (one.time > time) {
      close()
      moment = new Map()
      time = one.time
    }
    newest.set(one.quantity, one)
    if (one.time === time) moment.set(one.quantity, one)
  }
  close()
}

const COMPARED =
  /^(voltage\.(a|b|c|ab|bc|ca)|current\.[abc]|power\.(active|reactive|apparent|factor)(\.[abc])?|frequency|thd\.(voltage|current)\.[abc])$/
const PHASES = ['a', 'b', 'c'] as const

type Moment = ReadonlyMap<string, Judged>

function markDead(moment: Moment, newest: Moment, { voltageV }: ReferenceDevice): void {
  const [{ time }] = [...moment.values()] as [Judged]
  const shareOf = (quantity: string, nominal: number): number | undefined => {
    const found = newest.get(quantity)
    // A minute and three intervals; the devices of these tests have none.
    if (found === undefined || isInvalid(effective(found)) || time - found.time > 60_000_000)
      return undefined
    return Math.abs(found.value) / nominal
  }
  const shares = [
    ...PHASES.map((phase) => shareOf(`voltage.${phase}`, voltageV)),
    ...['ab', 'bc', 'ca'].map((pair) => shareOf(`voltage.${pair}`, voltageV * Math.sqrt(3))),
  ].filter((share) => share !== undefined)
  if (shares.length === 0) return
  for (const [quantity, one] of moment) {
    if (!/^(frequency|power\.factor|thd\.)/.test(quantity)) continue
    const phase = /\.([abc])$/.exec(quantity)?.[1]
    const own = phase === undefined ? undefined : shareOf(`voltage.${phase}`, voltageV)
    if ((own ?? Math.max(...shares)) < 0.1) one.final = spoilt(one.final, 0)
  }
}

/** What of its quality is known while its moment is looked at: a spike is found later. */
function effective({ own, final }: Judged): number {
  return isInvalid(final) ? final : own
}

function markContradictions(moment: Moment, device: ReferenceDevice): void {
  const floor = Math.max(20, 0.005 * 3 * device.voltageV * device.currentA)
  const compare = (
    names: readonly string[],
    isBroken: (...values: readonly number[]) => boolean,
  ): void => {
    const found = names.map((quantity) => moment.get(quantity))
    if (found.some((one) => one === undefined || isInvalid(effective(one)))) return
    if (!isBroken(...found.map((one) => one!.value))) return
    for (const one of found) one!.final = doubted(one!.final, bit.inconsistent)
  }
  for (const kind of ['active', 'reactive']) {
    const names = [`power.${kind}`, ...PHASES.map((phase) => `power.${kind}.${phase}`)]
    compare(names, (whole = 0, a = 0, b = 0, c = 0) => {
      const scale = Math.max(Math.abs(whole), Math.abs(a) + Math.abs(b) + Math.abs(c))
      return Math.abs(a + b + c - whole) > Math.max(0.05 * scale, floor)
    })
  }
  for (const [at, phase] of PHASES.entries()) {
    const next = PHASES[(at + 1) % 3]!
    compare(
      [`voltage.${phase}`, `current.${phase}`, `power.apparent.${phase}`],
      (volts = 0, amperes = 0, apparent = 0) =>
        Math.abs(apparent - volts * amperes) >
        Math.max(0.05 * Math.max(volts * amperes, apparent), floor),
    )
    compare(
      [`voltage.${phase}${next}`, `voltage.${phase}`, `voltage.${next}`],
      (line = 0, one = 0, other = 0) => {
        const expected = Math.sqrt(one * one + other * other + one * other)
        const scale = Math.max(expected, line)
        if (scale < 0.1 * Math.sqrt(3) * device.voltageV) return false
        return Math.abs(line - expected) > 0.05 * scale
      },
    )
  }
  const products = PHASES.flatMap((phase) => [`voltage.${phase}`, `current.${phase}`])
  compare(
    ['power.apparent', ...products],
    (total = 0, ...[ua = 0, ia = 0, ub = 0, ib = 0, uc = 0, ic = 0]) => {
      const sum = ua * ia + ub * ib + uc * ic
      return total - sum > Math.max(0.05 * Math.max(sum, total), floor)
    },
  )
  for (const suffix of ['', '.a', '.b', '.c']) {
    compare(
      [`power.factor${suffix}`, `power.active${suffix}`, `power.apparent${suffix}`],
      (factor = 0, active = 0, apparent = 0) =>
        apparent >= 5 * floor && Math.abs(Math.abs(factor) - Math.abs(active) / apparent) > 0.03,
    )
  }
}
