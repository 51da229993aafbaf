import type { DatabaseSync } from 'node:sqlite'
import type { ReadingsQuery } from './readings-query.ts'

/** What a query asks for, in numbers. */
export interface Selection {
  /** 1 at the number of each wanted point; undefined: every point. */
  readonly flags: Uint8Array | undefined
  /** Their numbers; undefined: every point. */
  readonly points: readonly number[] | undefined
  /** Bit (device mod 32) of each wanted device, as in the column `devices`. */
  readonly devices: number
  /** Undefined: every device. */
  readonly deviceNumbers: readonly number[] | undefined
}

const EVERY_DEVICE = 0xffff_ffff

/** Undefined where no point of the store is asked for. */
export function selectPoints(
  database: DatabaseSync,
  { device, quantity }: ReadingsQuery,
): Selection | undefined {
  if (device === undefined && quantity === undefined) {
    return { flags: undefined, points: undefined, devices: EVERY_DEVICE, deviceNumbers: undefined }
  }
  const wanted: string[] = []
  const words: string[] = []
  if (device !== undefined) {
    wanted.push('device = (SELECT number FROM devices WHERE name = ?)')
    words.push(device)
  }
  if (quantity !== undefined) {
    wanted.push('quantity = ?')
    words.push(quantity)
  }
  const statement = database.prepare(
    `SELECT number, device FROM points WHERE ${wanted.join(' AND ')}`,
  )
  statement.setReturnArrays(true)
  const rows = statement.all(...words) as unknown as [number, number][]
  if (rows.length === 0) return undefined
  return selectionOf(
    rows.map(([point]) => point),
    rows.map(([, owner]) => owner),
  )
}

/** Of each device what is selected of it. */
export function deviceSelections(database: DatabaseSync, { flags }: Selection): Selection[] {
  const points = new Map<number, number[]>()
  for (const row of database.prepare('SELECT number, device FROM points').iterate()) {
    const [point, device] = [row['number'], row['device']] as [number, number]
    if (flags !== undefined && flags[point] !== 1) continue
    const known = points.get(device)
    if (known === undefined) points.set(device, [point])
    else known.push(point)
  }
  return Array.from(points, ([device, those]) => selectionOf(those, [device]))
}

/** `owners`: the devices of these points. */
export function selectionOf(points: readonly number[], owners: readonly number[]): Selection {
  let highest = 0
  for (const point of points) if (point > highest) highest = point
  const flags = new Uint8Array(highest + 1)
  for (const point of points) flags[point] = 1
  let devices = 0
  for (const owner of owners) devices = (devices | (1 << (owner & 31))) >>> 0
  return { flags, points, devices, deviceNumbers: [...new Set(owners)] }
}
