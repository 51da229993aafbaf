import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Component } from '../bundle/inventory.ts'

export interface DebianPackages {
  /** `amd64` or `arm64`. */
  readonly architecture: string
  readonly suite: string
  /** Where its packages are; undefined: where mmdebstrap looks by itself. A snapshot gives the same packages for ever. */
  readonly mirror: string | undefined
  /** Folder for what was downloaded. */
  readonly kept: string
}

/** What Node.js is linked against. */
const PACKAGES = 'libc6,libstdc++6,libgcc-s1,libatomic1'
/** Character sets that nothing here asks for, what only Debian's own programs read, and what is of the machine that builds. */
const LEFT_OUT = [
  './dev',
  './etc',
  './packages.txt',
  './tmp',
  './var',
  '*/gconv',
  './usr/share/lintian',
]
const USER = 10001
/** So that programs which look themselves up find a name. */
const FILES = {
  'etc/passwd': `busbar:x:${USER}:${USER}::/var/lib/busbar:/nonexistent\n`,
  'etc/group': `busbar:x:${USER}:\n`,
  'etc/nsswitch.conf': 'hosts: files dns\n',
}

/** Puts them into `folder` without running anything of theirs, hence for any architecture. Says what they are. */
export function makeRootfs(folder: string, packages: DebianPackages): readonly Component[] {
  const { architecture, suite, kept } = packages
  const archive = join(kept, `debian-${suite}-${architecture}.tar`)
  if (!existsSync(archive)) download(archive, packages)
  const excluded = LEFT_OUT.map((pattern) => `--exclude=${pattern}`)
  execFileSync('tar', ['-xf', archive, '-C', folder, ...excluded])
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const list = execFileSync('tar', ['-xOf', archive, './packages.txt'], { encoding: 'utf8' })
  return list
    .trim()
    .split('\n')
    .map((file) => componentOf(file))
}

function download(archive: string, { architecture, suite, mirror }: DebianPackages): void {
  const list = 'ls "$1/var/cache/apt/archives" | grep "[.]deb$" > "$1/packages.txt"'
  const words = ['--quiet', '--variant=extract', `--architectures=${architecture}`]
  const what = [`--include=${PACKAGES}`, `--extract-hook=${list}`, suite, `${archive}.part`]
  execFileSync(
    'mmdebstrap',
    [...words, '--format=tar', ...what, ...(mirror === undefined ? [] : [mirror])],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  renameSync(`${archive}.part`, archive)
}

/** `libc6_2.36-9+deb12u10_amd64.deb` */
function componentOf(file: string): Component {
  const [name = '', version = '', architecture = ''] = decodeURIComponent(file)
    .replace(/\.deb$/, '')
    .split('_')
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`
  return { purl, name, version }
}
