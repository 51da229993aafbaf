import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { GridError, errorCode } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { checkAccess } from './access.ts'
import { checkListeners } from './listeners.ts'
import { checkReferences } from './references.ts'
import { type Fault, formatFaults } from './fault.ts'
import { checkNotify, placeNotify } from './notify.ts'
import { checkPolicy, placePolicy } from './policy.ts'
import { expandDevice } from './device-pattern.ts'
import { type Device, type Listeners, type SiteFile, checkShape } from './schema.ts'
import { placeUplink } from './uplink.ts'
import { readYaml } from './yaml-text.ts'

export type { Device, Listeners } from './schema.ts'

/** What is in this substation. Built once from a file without a fault, never changed. Paths in it are absolute. */
export interface Site extends Omit<SiteFile, 'devices'> {
  /** Every device by its own id: the ranges of the file are written out. */
  readonly devices: readonly Device[]
  /** SHA-256 of the file. */
  readonly digest: string
}

/** @throws GridError `input` that lists every fault, a line each: `FILE:LINE:COLUMN: text`. */
export function loadSite(path: string): Site {
  try {
    const { size } = statSync(path)
    if (size > limits.siteFileBytes) throw tooLarge(path, size)
    return parseSite(readFileSync(path, 'utf8'), path)
  } catch (cause) {
    const code = errorCode(cause)
    if (cause instanceof GridError || code === '') throw cause
    if (code === 'ENOENT') throw new GridError('not-found', `${path}: no such file`, { cause })
    throw new GridError('input', `${path}: cannot be read (${code})`, { cause })
  }
}

/** `path` stands in front of every fault; nothing is read from it. */
export function parseSite(text: string, path: string): Site {
  const bytes = Buffer.byteLength(text)
  if (bytes > limits.siteFileBytes) throw tooLarge(path, bytes)
  const yaml = readYaml(text)
  const faults: Fault[] = [...yaml.faults]
  if (!yaml.broken)
    faults.push(
      ...checkReferences(yaml),
      ...checkListeners(yaml),
      ...checkAccess(yaml),
      ...checkPolicy(yaml),
      ...checkNotify(yaml),
    )
  const file = yaml.broken ? undefined : checkShape(yaml, faults)
  if (file === undefined || faults.length > 0) {
    throw new GridError('input', formatFaults(faults, { path, text }), {
      hint: 'docs/site-file.md shows every key.',
    })
  }
  const devices = file.devices.flatMap(expandDevice)
  const listeners = placeFiles(file.listeners, dirname(path))
  const policy = placePolicy(file.policy, path)
  const digest = createHash('sha256').update(text).digest('hex')
  const uplink = placeUplink(file.uplink, path)
  const notify = placeNotify(file.notify, path)
  return { ...file, devices, listeners, policy, uplink, notify, digest }
}

/** Files are named from where the site file is, whatever folder the edge was started in. */
function placeFiles({ tls, webSocket, http }: Listeners, folder: string): Listeners {
  const placed = <T extends { readonly [Key in FileKey]?: string | undefined }>(listener: T): T => {
    const found: T = { ...listener }
    for (const key of FILE_KEYS) {
      const file = listener[key]
      if (file !== undefined) Object.assign(found, { [key]: resolve(folder, file) })
    }
    return found
  }
  return {
    ...(tls === undefined ? {} : { tls: placed(tls) }),
    ...(webSocket === undefined ? {} : { webSocket: placed(webSocket) }),
    ...(http === undefined ? {} : { http: placed(http) }),
  }
}

const FILE_KEYS = ['certificate', 'key', 'clientCa'] as const
type FileKey = (typeof FILE_KEYS)[number]

function tooLarge(path: string, bytes: number): GridError {
  const text = `${bytes} bytes; a site file has at most ${limits.siteFileBytes}`
  return new GridError('input', `${path}:1:1: ${text}`)
}
