import { createHash } from 'node:crypto'
import { limits } from '../core/limits.ts'
import { isCount, isObject, isWord } from './record.ts'

/** A device as a site has it, without what the gate took away. */
export interface InventoryDevice {
  readonly id: string
  readonly kind: string
  readonly feeder: string
  readonly transformer: string
  readonly voltageLevel: string
  /** `known`: in the site file, and heard of late; `silent`: not heard for long; `quarantined`: in no site file. */
  readonly state: DeviceState
  /** Microseconds since 1970. 0: never; or of a known one, which is heard all the time. */
  readonly heard: number
}

const STATES = ['known', 'silent', 'quarantined'] as const

export type DeviceState = (typeof STATES)[number]

/**
 * What devices a site has is a state, not a stream: devices stand on pages by a hash of their ids, the site says the digests of its pages, and sends those that the
 * centre asks for because its own differ.
 */
export type Inventory =
  | {
      readonly kind: 'summary'
      /** Of each page. */
      readonly digests: readonly string[]
      /** Devices that the gate kept back. */
      readonly withheld: number
    }
  | {
      readonly kind: 'page'
      readonly page: number
      readonly pages: number
      readonly devices: readonly InventoryDevice[]
    }

/** In the order of their ids; a page changes only when one of its own devices does. */
export function pagesOf(
  devices: readonly InventoryDevice[],
): readonly (readonly InventoryDevice[])[] {
  const pages = pageCount(devices.length)
  const all: InventoryDevice[][] = Array.from({ length: pages }, () => [])
  for (const device of devices) all[pageOf(device.id, pages)]?.push(device)
  return all.map((page) => page.toSorted((one, other) => (one.id < other.id ? -1 : 1)))
}

/** Of a power of two, so that a few devices more do not move all of them. */
function pageCount(devices: number): number {
  let pages = 1
  while (pages * limits.inventoryPageDevices < devices) pages *= 2
  return pages
}

function pageOf(id: string, pages: number): number {
  return createHash('sha256').update(id).digest().readUInt32LE(0) % pages
}

export function pageDigest(devices: readonly InventoryDevice[]): string {
  const hash = createHash('sha256')
  for (const { id, kind, feeder, transformer, voltageLevel, state, heard } of devices)
    hash.update(JSON.stringify([id, kind, feeder, transformer, voltageLevel, state, heard]))
  return hash.digest('base64url').slice(0, DIGEST_CHARACTERS)
}

const DIGEST_CHARACTERS = 22

/** What a stranger sent as an inventory; undefined: it is none. */
export function decodeInventory(value: unknown): Inventory | undefined {
  if (!isObject(value)) return undefined
  if (value['kind'] === 'page') return decodePage(value)
  const { kind, digests, withheld } = value
  if (kind !== 'summary' || !isCount(withheld) || !Array.isArray(digests)) return undefined
  const isSound = digests.length >= 1 && digests.length <= limits.inventoryPages
  if (!isSound || !digests.every((each) => isWord(each) && each.length === DIGEST_CHARACTERS))
    return undefined
  return { kind, digests: digests as string[], withheld }
}

function decodePage(value: Readonly<Record<string, unknown>>): Inventory | undefined {
  const { page, pages, devices: given } = value
  if (!isCount(page) || !isCount(pages) || page >= pages || pages > limits.inventoryPages)
    return undefined
  if (!Array.isArray(given) || given.length > limits.inventoryPageDevicesMax) return undefined
  const devices = given.map(decodeDevice).filter((each) => each !== undefined)
  const ids = new Set(devices.map(({ id }) => id))
  return ids.size < given.length ? undefined : { kind: 'page', page, pages, devices }
}

function decodeDevice(value: unknown): InventoryDevice | undefined {
  if (!isObject(value)) return undefined
  const { id, kind, feeder, transformer, voltageLevel, heard } = value
  const state = STATES.find((each) => each === value['state'])
  if (state === undefined || !isCount(heard)) return undefined
  if (!isName(id) || !isName(kind) || !isName(feeder)) return undefined
  if (!isName(transformer) || !isName(voltageLevel)) return undefined
  return { id, kind, feeder, transformer, voltageLevel, state, heard }
}

function isName(value: unknown): value is string {
  return isWord(value) && value.length <= limits.inventoryNameCharacters
}
