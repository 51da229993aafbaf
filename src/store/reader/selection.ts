import type { DatabaseSync } from 'node:sqlite'
import type { ReadingsQuery } from './readings-query.ts'

/** What a query asks for, in numbers. */
export interface Selection {
  /** 1 at the number of each wanted point; undefined: every point. */
  readonly flags: Uint8Array | undefined
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
    return { flags: undefined, devices: EVERY_DEVICE, deviceNumbers: undefined }
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
  let highest = 0
  let devices = 0
  for (const [point, owner] of rows) {
    if (point > highest) highest = point
    devices = (devices | (1 << (owner & 31))) >>> 0
  }
  const flags = new Uint8Array(highest + 1)
  for (const [point] of rows) flags[point] = 1
  return { flags, devices, deviceNumbers: [...new Set(rows.map(([, owner]) => owner))] }
}
