import { quality as bit } from '../../src/core/quality.ts'
import { quantityOf } from '../../src/core/quantities.ts'
import { markMoments } from './reference-device.ts'
import {
  type Judged,
  type ReferenceDevice,
  type Sample,
  doubted,
  isInvalid,
  spoilt,
} from './reference-samples.ts'

const DAY_US = 86_400_000_000
const HOUR_US = 3_600_000_000
const SLOT_US = 900_000_000

/**
 * The rules over again, each by itself and over whole lists: what one rule finds is added to the reading, and nothing is carried along. It shares
 * no code with the module. It knows one device, no ticks, and the default settings.
 */
export function validate(samples: readonly Sample[], device: ReferenceDevice): Judged[] {
  const newest = new Map<string, number>()
  const all = samples.map((sample): Judged => {
    const before = newest.get(sample.quantity) ?? -Infinity
    const isInOrder = sample.time > before
    if (isInOrder) newest.set(sample.quantity, sample.time)
    let own = judgeAlone(sample, device)
    if (sample.time === before) own = doubted(own, bit.inconsistent)
    return { ...sample, isInOrder, own, final: own }
  })
  for (const quantity of newest.keys()) {
    const usable = all.filter(
      (one) => one.quantity === quantity && one.isInOrder && !isInvalid(one.own),
    )
    if (/^(voltage|current|power\.(active|reactive|apparent))/.test(quantity)) markStuck(usable)
    const ownNow = (): Judged[] => usable.map((one) => ({ ...one }))
    if (quantity.startsWith('energy.')) markRegister(usable, device)
    else if (/^(power\.(active|reactive|apparent)|demand)/.test(quantity)) markLoads(usable, all)
    if (/^(voltage\.|frequency|temperature\.|level\.oil)/.test(quantity))
      markOutliers(
        usable,
        ownNow().map(({ value }) => value),
      )
  }
  for (const one of all) one.final = worse(one.final, one.own)
  markMoments(all, device)
  return all
}

function worse(one: number, other: number): number {
  const details = (one | other) & ~3
  if (isInvalid(one) || isInvalid(other)) return details | bit.invalid
  return details | ((one | other) & 3)
}

function judgeAlone({ quantity, value, quality }: Sample, device: ReferenceDevice): number {
  const model = quantityOf(quantity)
  let own = quality
  if (model === undefined || (!isInvalid(quality) && !Number.isFinite(value)))
    own = spoilt(own, bit.badReference)
  else if (!isInvalid(quality)) {
    const phases = /\.[abc]$/.test(quantity) ? 1 : 3
    const nominal = {
      absolute: 1,
      phaseVoltage: device.voltageV,
      lineVoltage: device.voltageV * Math.sqrt(3),
      current: device.currentA,
      power: phases * device.voltageV * device.currentA,
      frequency: 50,
    }[model.range.of]
    const slack = quantity === 'power.factor' ? 0.001 : 0
    const isInside =
      value >= model.range.min * nominal - slack && value <= model.range.max * nominal + slack
    if (!isInside) own = spoilt(own, bit.outOfRange)
  }
  return (own & bit.clockNotSynchronised) === 0 ? own : doubted(own, 0)
}

function markStuck(usable: Judged[]): void {
  for (const [at, one] of usable.entries()) {
    const before = usable.slice(0, at + 1)
    const first = before.findLastIndex(({ value }) => value !== one.value) + 1
    const isLong = one.time - usable[first]!.time >= 300_000_000
    if (at - first >= 29 && isLong && one.value !== 0) one.own = doubted(one.own, bit.oldData)
  }
}

function markRegister(usable: Judged[], { voltageV, currentA }: ReferenceDevice): void {
  const maxPower = 20 * 3 * voltageV * currentA
  const blocks: Block[] = []
  let from = 0
  /** How much the register has been turned over since the block began. */
  let turned = 0
  for (const [at, one] of usable.entries()) {
    if (at === 0) continue
    const before = usable[at - 1]!
    const most = (maxPower * (one.time - before.time)) / HOUR_US + 1
    const scale = 10 ** (Math.floor(Math.log10(Math.max(before.value, 1)) + 1e-12) + 1)
    const passed = scale - before.value + one.value
    if (one.value >= before.value) {
      if (one.value - before.value > most) {
        one.own = spoilt(one.own, bit.outOfRange)
        from = at
        turned = 0
      }
    } else if (scale >= 10_000 && passed <= most && passed <= scale / 10) turned += scale
    else {
      one.own = doubted(one.own, 0)
      from = at
      turned = 0
    }
    const width = one.time - usable[from]!.time
    if (width < SLOT_US) continue
    const load = ((one.value - (usable[from]!.value - turned)) * HOUR_US) / width
    blocks.push({ load, end: one })
    from = at
    turned = 0
  }
  markPeaks(blocks)
}

function markLoads(usable: Judged[], all: readonly Judged[]): void {
  const inOrder = all.filter(
    ({ quantity, isInOrder }) => isInOrder && quantity === usable[0]?.quantity,
  )
  const earlier = new Map(inOrder.map(({ time }, at) => [time, inOrder[at - 1]?.time]))
  const blocks = usable.flatMap((one) => {
    const before = earlier.get(one.time)
    const isInterval = before !== undefined && one.time - before >= 300_000_000
    return isInterval ? [{ load: Math.abs(one.value), end: one }] : []
  })
  markPeaks(blocks)
}

interface Block {
  readonly load: number
  readonly end: Judged
}

/** Days that are over: others have come after them. */
function markPeaks(blocks: readonly Block[]): void {
  const days = Map.groupBy(blocks, ({ end }) => Math.floor((end.time - 1) / DAY_US))
  const lastDay = Math.max(...days.keys())
  for (const [day, some] of days) {
    if (day === lastDay || some.length < 8) continue
    // Of equal ones the first is the highest.
    const [first, , third] = some.toSorted((one, other) => other.load - one.load)
    if (third!.load > 0 && (first!.load - third!.load) / third!.load > 1.8)
      first!.end.final = doubted(first!.end.final, 0)
  }
}

function markOutliers(usable: Judged[], values: readonly number[]): void {
  const [noise, share] = noiseOf(usable[0]?.quantity ?? '')
  for (let at = 3; at + 3 < usable.length; at++) {
    const around = values.slice(at - 3, at + 4)
    const median = medianOf(around)
    const deviation = 1.4826 * medianOf(around.map((value) => Math.abs(value - median)))
    const sigma = Math.max(deviation, noise + share * Math.abs(median))
    if (Math.abs(values[at]! - median) > 3 * sigma)
      usable[at]!.final = doubted(usable[at]!.final, 0)
  }
}

function noiseOf(quantity: string): readonly [number, number] {
  if (quantity.startsWith('voltage.')) return [0, 0.01]
  return quantity === 'frequency' ? [0.05, 0] : [1, 0]
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[(values.length - 1) / 2]!
}
