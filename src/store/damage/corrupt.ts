import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'

/** Left by a process that met damage, for the next start to mend what it can. */
const MARKER = 'damaged'
/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const CODES: ReadonlySet<number> = new Set([11, 26])

/** SQLite found that a file is not what it wrote. */
export function isCorrupt(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  if ('errcode' in thrown && CODES.has((thrown.errcode as number) & 0xff)) return true
  return thrown.cause !== undefined && isCorrupt(thrown.cause)
}

/**
 * The next start is to look closely and put aside what is damaged. False: that was done a short while ago, so that another start would
 * not help; the disk is dying.
 */
export function markDamaged(directory: string, thrown: unknown): boolean {
  if (asideNames(directory).some((name) => timeOf(name) > Date.now() - limits.salvageEveryMs))
    return false
  writeMarker(directory, thrown)
  return true
}

function writeMarker(directory: string, thrown: unknown): void {
  writeFileSync(join(directory, MARKER), `${errorText(thrown)}\n`)
}

/** What a process that met damage says last. It ends in any case, so the next one is told in any case. */
export function damagedFile(directory: string, cause: unknown): GridError {
  writeMarker(directory, cause)
  return new GridError('corrupt', `a file in ${directory} is damaged: ${errorText(cause)}`, {
    hint: 'Start again: what can be read is then moved into a new file, and what cannot is listed.',
    cause,
  })
}

export function readMarker(directory: string): string | undefined {
  const path = join(directory, MARKER)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

export function removeMarker(directory: string): void {
  rmSync(join(directory, MARKER), { force: true })
}

/** Where a damaged file goes, which is never where another one is; the time has no characters that a shell minds. */
export function asidePath(path: string): string {
  for (let ms = Date.now(); ; ms += 1000) {
    const time = new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const aside = `${path}.damaged-${time}`
    if (!existsSync(aside)) return aside
  }
}

/** Files that were put aside, and reports of what is lost, that nobody has taken away yet. */
export function asideNames(directory: string): string[] {
  return readdirSync(directory).filter((name) => ASIDE.test(name))
}

const ASIDE = /^[a-z.-]+\.damaged-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

function timeOf(name: string): number {
  const [, year, month, day, hour, minute, second] = (ASIDE.exec(name) ?? []).map(Number)
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)
}
