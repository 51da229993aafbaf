import type { SiteInfo } from '../edge/site-info.ts'

/** Where everything of a single-line diagram stands, in units of the drawing. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly bars: readonly {
    readonly id: string
    readonly x: number
    readonly y: number
    readonly width: number
  }[]
  readonly transformers: readonly {
    readonly id: string
    readonly x: number
    /** Of the busbar that supplies it, and of the one it supplies. */
    readonly top: number
    readonly bottom: number
  }[]
  readonly feeders: readonly { readonly id: string; readonly x: number; readonly y: number }[]
}

type Network = Pick<SiteInfo, 'voltageLevels' | 'transformers' | 'feeders'>

const FEEDER_WIDTH = 96
const TRANSFORMER_WIDTH = 260
const BAR_GAP = 28
const TOP = 40
const LEVEL_HEIGHT = 196
const FEEDER_HEIGHT = 188

/**
 * Busbars from the highest voltage downwards, below each what it supplies: its feeders side by side, then the busbars behind its
 * transformers. A busbar that several transformers supply stands below the first of them.
 */
export function drawingOf(network: Network): Drawing {
  const plan = new Plan(network)
  let x = BAR_GAP
  for (const level of plan.roots) x += plan.place(level, { x, y: TOP }) + BAR_GAP
  return plan.drawing(x)
}

class Plan {
  readonly roots: readonly string[]
  readonly #network: Network
  readonly #placed = new Map<
    string,
    { readonly x: number; readonly y: number; readonly width: number }
  >()
  readonly #feeders: { id: string; x: number; y: number }[] = []
  #bottom = TOP

  constructor(network: Network) {
    this.#network = network
    const byVoltage = network.voltageLevels.toSorted((one, other) => other.nominalV - one.nominalV)
    const supplied = new Set(network.transformers.map(({ to }) => to))
    const roots = byVoltage.filter(({ id }) => !supplied.has(id))
    // Where transformers feed each other in a ring, nothing is on top: the highest voltage is.
    this.roots = (roots.length > 0 ? roots : byVoltage.slice(0, 1)).map(({ id }) => id)
  }

  /** How wide the busbar and all below it are. */
  place(level: string, { x, y }: { readonly x: number; readonly y: number }): number {
    const { feeders, transformers } = this.#network
    this.#placed.set(level, { x, y, width: 0 })
    const own = feeders.filter(({ voltageLevel }) => voltageLevel === level)
    for (const [at, { id }] of own.entries())
      this.#feeders.push({ id, x: x + FEEDER_WIDTH * (at + 0.5), y })
    this.#bottom = Math.max(this.#bottom, y + (own.length > 0 ? FEEDER_HEIGHT : 0))
    let width = own.length * FEEDER_WIDTH
    for (const { to } of transformers.filter(({ from }) => from === level)) {
      if (this.#placed.has(to)) continue
      if (width > 0) width += BAR_GAP
      width += this.place(to, { x: x + width, y: y + LEVEL_HEIGHT })
    }
    width = Math.max(width, TRANSFORMER_WIDTH * Math.max(1, this.#suppliersOf(level).length))
    this.#placed.set(level, { x, y, width })
    return width
  }

  drawing(width: number): Drawing {
    const bars = [...this.#placed].map(([id, place]) => ({ id, ...place }))
    const transformers = this.#network.transformers.flatMap(({ id, from, to }) => {
      const [upper, lower] = [this.#placed.get(from), this.#placed.get(to)]
      if (upper === undefined || lower === undefined) return []
      const suppliers = this.#suppliersOf(to)
      const share = (suppliers.indexOf(id) + 0.5) / suppliers.length
      return [{ id, x: lower.x + lower.width * share, top: upper.y, bottom: lower.y }]
    })
    return { width, height: this.#bottom + TOP / 2, bars, transformers, feeders: this.#feeders }
  }

  #suppliersOf(level: string): string[] {
    return this.#network.transformers.filter(({ to }) => to === level).map(({ id }) => id)
  }
}
