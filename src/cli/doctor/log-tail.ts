import { spawnSync } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const LINES = 500
const BYTES = 256 * 1024

/** The last lines of a file, or of what systemd keeps of the service; none where there is neither. */
export function logTail(path: string | undefined): readonly string[] {
  const text = path === undefined ? ofService() : ofFile(path)
  return text.split('\n').filter(Boolean).slice(-LINES)
}

function ofService(): string {
  const words = ['--unit=busbar', `--lines=${LINES}`, '--no-pager', '--output=short-iso']
  const { status, stdout } = spawnSync('journalctl', words, { encoding: 'utf8' })
  return status === 0 ? stdout : ''
}

function ofFile(path: string): string {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(Math.min(size, BYTES))
    const length = readSync(file, bytes, 0, bytes.length, size - bytes.length)
    return bytes.subarray(0, length).toString('utf8')
  } finally {
    closeSync(file)
  }
}
