import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { withParts } from './bundle/inventory.ts'
import { Builder } from './image/builder.ts'
import { copyNode } from './image/node-program.ts'
import { makeRootfs } from './image/rootfs.ts'

/**
 * Builds the images of edge, centre and the processors' pod into `var/image`, with buildah (Debian has it), without a daemon and without
 * running anything of what goes into them. The same sources, packages and time give the same digests.
 */
const root = join(import.meta.dirname, '..')
const { values: given } = parseArgs({
  options: {
    platform: { type: 'string', default: 'linux/amd64' },
    only: { type: 'string', default: 'edge,centre,power-data-processor' },
    base: { type: 'string', default: 'scratch' },
    format: { type: 'string', default: 'oci' },
    suite: { type: 'string', default: 'bookworm' },
    mirror: { type: 'string' },
    out: { type: 'string', default: 'var/image' },
  },
})
/** By which crun knows that the entry point is no program of the kernel's. */
const WASM = 'module.wasm.image/variant=compat-smart'
const out = resolve(root, given.out)
const bundle = join(out, 'bundle')
const names = given.only.split(',')
const programs = names.filter((name) => name !== 'power-data-processor')
const isPod = programs.length < names.length

mkdirSync(out, { recursive: true })
if (programs.length > 0) tool('build-bundle.ts', bundle)
if (isPod) tool('build-pod.ts')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string
}
const builder = new Builder({ root, out, version, epoch: epoch() })
for (const platform of given.platform.split(',')) {
  const architecture = platform.replace('linux/', '')
  if (architecture !== 'amd64' && architecture !== 'arm64')
    throw new Error(`--platform ${platform}: linux/amd64 and linux/arm64 are possible`)
  const context = join(out, `context-${architecture}`)
  rmSync(context, { recursive: true, force: true })
  mkdirSync(join(context, 'data'), { recursive: true })
  if (programs.length > 0) fill(context, architecture)
  for (const name of programs) {
    const words = [`--target=${name}`, `--build-arg=BASE=${given.base}`]
    const { format } = given
    builder.build({
      name: `busbar-${name}`,
      file: 'Containerfile',
      format,
      architecture,
      context,
      words,
    })
  }
  if (!isPod) continue
  const name = 'power-data-processor'
  copyFileSync(join(root, `var/${name}.wasm`), join(context, `${name}.wasm`))
  const words = [`--annotation=${WASM}`]
  builder.build({
    name,
    file: `${name}.Containerfile`,
    format: 'oci',
    architecture,
    context,
    words,
  })
}

if (programs.length > 0 && given.format === 'oci')
  process.stdout.write(
    'An OCI image has no place for HEALTHCHECK: --format docker, or --health-cmd when it is run.\n',
  )

/** What the Containerfile copies: libraries, Node.js and the program, and the list of all that is inside. */
function fill(context: string, architecture: 'amd64' | 'arm64'): void {
  const { suite, mirror, base } = given
  const rootfs = join(context, 'rootfs')
  mkdirSync(rootfs)
  const debian =
    base === 'scratch' ? makeRootfs(rootfs, { architecture, suite, mirror, kept: out }) : []
  const npmName = architecture === 'amd64' ? 'x64' : 'arm64'
  const node = copyNode(root, npmName, join(context, 'node'))
  cpSync(bundle, join(context, 'busbar'), { recursive: true })
  const list = join(context, 'busbar/sbom.cdx.json')
  const purl = `pkg:npm/node-linux-${npmName}@${node}`
  const parts = [...debian, { purl, name: 'node', version: node, license: 'MIT' }]
  writeFileSync(list, withParts(readFileSync(list, 'utf8'), parts))
  copyFileSync(list, join(out, `sbom-${architecture}.cdx.json`))
}

function tool(name: string, ...words: readonly string[]): void {
  execFileSync(process.execPath, [join(root, 'tools', name), ...words], { stdio: 'inherit' })
}

/** The time that images and files in them get: of the last commit, unless whoever builds says another. */
function epoch(): string {
  const said = process.env['SOURCE_DATE_EPOCH']
  if (said !== undefined) return said
  return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim()
}
