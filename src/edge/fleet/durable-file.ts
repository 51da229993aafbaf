import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** In its place as a whole, or not at all, and there after a power cut. */
export function writeDurably(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true })
  const fresh = `${path}.fresh`
  const file = openSync(fresh, 'w', mode)
  try {
    const content = Buffer.from(bytes)
    for (let at = 0; at < content.length;) at += writeSync(file, content, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(fresh, path)
  syncFolder(folder)
}

export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
