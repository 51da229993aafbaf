import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly integrity: string }>
  >
}

/** The Node.js that the lockfile pins, for an architecture as npm calls it. Says which version it is. */
export function copyNode(root: string, architecture: 'x64' | 'arm64', to: string): string {
  const name = `node-linux-${architecture}`
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const entry = lock.packages[`node_modules/${name}`]
  if (entry === undefined) throw new Error(`package-lock.json has no ${name}`)
  const installed = join(root, 'node_modules', name, 'bin/node')
  if (existsSync(installed)) copyFileSync(installed, to)
  else download(`${name}@${entry.version}`, entry.integrity, to)
  return entry.version
}

/** npm installs only what fits the machine, so that of another one is asked for by name and held against its digest. */
function download(what: string, integrity: string, to: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-node-'))
  try {
    execFileSync('npm', ['pack', '--silent', what], { cwd: folder, stdio: 'pipe' })
    const archive = join(folder, `${what.replace('@', '-')}.tgz`)
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64')
    if (integrity !== `sha512-${digest}`) throw new Error(`${what} is not what the lockfile names`)
    execFileSync('tar', ['-xzf', archive, '-C', folder, 'package/bin/node'])
    copyFileSync(join(folder, 'package/bin/node'), to)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
