import { execFileSync } from 'node:child_process'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const UNSYNCED = new URL('unsynced.c', import.meta.url)

/** Why there can be no power-cut test on this machine; undefined: there can. */
export function whyNoPowerCut(): string | undefined {
  if (process.platform !== 'linux') return 'LD_PRELOAD is a thing of Linux'
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'there is no C compiler (cc) to build what stands between a program and its machine'
  }
}

/** Builds the library into `folder` and says where it is. */
export function buildInterposer(folder: string, url = UNSYNCED): string {
  const source = fileURLToPath(url)
  const library = join(folder, `${basename(source, '.c')}.so`)
  const words = ['-shared', '-fPIC', '-O1', '-U_FORTIFY_SOURCE', '-Wall', '-Wextra', '-Werror']
  execFileSync('cc', [...words, '-o', library, source, '-ldl', '-lpthread'], { stdio: 'pipe' })
  return library
}
