import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Why there can be no power-cut test on this machine; undefined: there can. */
export function whyNoPowerCut(): string | undefined {
  if (process.platform !== 'linux') return 'LD_PRELOAD is a thing of Linux'
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'there is no C compiler (cc) to build test/power-cut/unsynced.c with'
  }
}

/** Builds the library into `folder` and says where it is. */
export function buildInterposer(folder: string): string {
  const source = fileURLToPath(new URL('unsynced.c', import.meta.url))
  const library = join(folder, 'unsynced.so')
  const words = ['-shared', '-fPIC', '-O1', '-U_FORTIFY_SOURCE', '-Wall', '-Wextra', '-Werror']
  execFileSync('cc', [...words, '-o', library, source, '-ldl', '-lpthread'], { stdio: 'pipe' })
  return library
}
