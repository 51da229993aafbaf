import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../core/limits.ts'

export interface DeviceName {
  readonly number: number
  readonly name: string
}

export interface PointName {
  readonly number: number
  readonly device: number
  readonly quantity: string
  readonly unit: string
}

/** New names, to be made durable in the same commit as the first reading that uses them, or an earlier one. */
export interface Definitions {
  readonly devices: readonly DeviceName[]
  readonly points: readonly PointName[]
}

/** A device that the edge has heard of, with the points that it has so far. */
export class Device implements DeviceName {
  readonly number: number
  readonly name: string
  readonly points: Map<string, PointName> = new Map()

  constructor(number: number, name: string) {
    this.number = number
    this.name = name
  }
}

/**
 * Numbers devices and points. Known names are read from the journal when they are first asked for, one device at a time, so
 * that a start with 100,000 points costs nothing for those that stay silent.
 */
export class Names {
  readonly #findDevice: StatementSync
  readonly #findPoints: StatementSync
  readonly #findDeviceNumbered: StatementSync
  readonly #findPointNumbered: StatementSync
  readonly #byName = new Map<string, Device>()
  readonly #byNumber: Device[] = []
  readonly #points: PointName[] = []
  #devicesTotal: number
  #pointsTotal: number
  #newDevices: DeviceName[] = []
  #newPoints: PointName[] = []

  constructor(db: DatabaseSync) {
    this.#findDevice = db.prepare('SELECT number FROM devices WHERE name = ?')
    this.#findPoints = db.prepare('SELECT number, quantity, unit FROM points WHERE device = ?')
    this.#findDeviceNumbered = db.prepare('SELECT name FROM devices WHERE number = ?')
    this.#findPointNumbered = db.prepare('SELECT device FROM points WHERE number = ?')
    const total = (table: string): number =>
      db.prepare(`SELECT coalesce(max(number) + 1, 0) AS total FROM ${table}`).get()?.[
        'total'
      ] as number
    this.#devicesTotal = total('devices')
    this.#pointsTotal = total('points')
  }

  get devicesTotal(): number {
    return this.#devicesTotal
  }

  get pointsTotal(): number {
    return this.#pointsTotal
  }

  /** Undefined where the site has as many devices as an edge may have. */
  device(name: string): Device | undefined {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const number = this.#findDevice.get(name)?.['number'] as number | undefined
    if (number !== undefined) return this.#load(number, name)
    if (this.#devicesTotal === limits.devices) return undefined
    const device = new Device(this.#devicesTotal++, name)
    this.#newDevices.push({ number: device.number, name })
    return this.#remember(device)
  }

  deviceNumbered(number: number): Device | undefined {
    const known = this.#byNumber[number]
    if (known !== undefined) return known
    const name = this.#findDeviceNumbered.get(number)?.['name'] as string | undefined
    return name === undefined ? undefined : this.#load(number, name)
  }

  /** -1 where the device, or the site, has as many points as it may have. The unit is that of the first reading. */
  point(device: Device, quantity: string, unit: string): number {
    const known = device.points.get(quantity)
    if (known !== undefined) return known.number
    if (device.points.size === limits.pointsPerDevice || this.#pointsTotal === limits.points)
      return -1
    const point = { number: this.#pointsTotal++, device: device.number, quantity, unit }
    device.points.set(quantity, point)
    this.#points[point.number] = point
    this.#newPoints.push(point)
    return point.number
  }

  /** Takes back the points numbered from here on, none of which anything durable refers to. */
  forgetFrom(number: number): void {
    for (const point of this.#newPoints.splice(0)) {
      if (point.number < number) this.#newPoints.push(point)
      else this.#byNumber[point.device]?.points.delete(point.quantity)
    }
    this.#points.length = Math.min(this.#points.length, number)
    this.#pointsTotal = number
  }

  pointNumbered(number: number): PointName | undefined {
    if (this.#points[number] === undefined) {
      const device = this.#findPointNumbered.get(number)?.['device'] as number | undefined
      if (device !== undefined) this.deviceNumbered(device)
    }
    return this.#points[number]
  }

  /** What is new since the last call. */
  takeNew(): Definitions | undefined {
    if (this.#newDevices.length === 0 && this.#newPoints.length === 0) return undefined
    const definitions = { devices: this.#newDevices, points: this.#newPoints }
    this.#newDevices = []
    this.#newPoints = []
    return definitions
  }

  #load(number: number, name: string): Device {
    const device = new Device(number, name)
    for (const row of this.#findPoints.iterate(number)) {
      const point = {
        number: row['number'] as number,
        device: number,
        quantity: row['quantity'] as string,
        unit: row['unit'] as string,
      }
      device.points.set(point.quantity, point)
      this.#points[point.number] = point
    }
    return this.#remember(device)
  }

  #remember(device: Device): Device {
    this.#byName.set(device.name, device)
    this.#byNumber[device.number] = device
    return device
  }
}
