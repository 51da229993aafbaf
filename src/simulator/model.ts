import { assert, never } from '../core/assert.ts'
import { newConcentrator } from './concentrator.ts'
import { type Grid, newGrid } from './grid.ts'
import { newMeter } from './meter.ts'
import { newMonitor } from './monitor.ts'
import { newPowerQuality } from './power-quality.ts'
import { newRtu } from './rtu.ts'
import type { Sampler, Values } from './sampler.ts'
import { type Device, substation } from './substation.ts'

export interface Weather {
  readonly isStormy: boolean
}

const CALM: Weather = { isStormy: false }

/** Every reading of every device follows from the seed; neither the count of devices nor the order of calls matters. */
export class Model {
  readonly devices: readonly Device[]
  readonly #samplers: readonly Sampler[]

  constructor(seed: number, deviceCount: number, { isStormy }: Weather = CALM) {
    const grid = newGrid(seed, isStormy)
    this.devices = substation(deviceCount)
    this.#samplers = this.devices.map((device) => newSampler(grid, device))
  }

  valuesAt(index: number, timeMs: number): Values {
    const sampler = this.#samplers[index]
    assert(sampler !== undefined, 'a device of the model')
    return sampler(timeMs)
  }
}

function newSampler(grid: Grid, device: Device): Sampler {
  switch (device.kind) {
    case 'monitor':
      return newMonitor(grid, device.id, device.transformer)
    case 'rtu':
      return newRtu(grid, device.id, device.feeder)
    case 'powerQuality':
      return newPowerQuality(grid, device.id, device.busbar)
    case 'concentrator':
      return newConcentrator(grid, device.id, device.feeder)
    case 'meter':
      return newMeter(grid, device.id, device)
  }
  return never(device)
}

/** The canonical payload of `docs/format`: no white space, times in milliseconds. */
export function payloadOf(timeMs: number, values: Values): string {
  return `{"ts":${timeMs},"values":${JSON.stringify(values)}}`
}
