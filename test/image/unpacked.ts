import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Blob {
  readonly digest: string
  readonly size: number
}

interface Config {
  readonly User: string
  readonly Entrypoint: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Env: readonly string[]
  readonly WorkingDir?: string
}

/** An image as a runtime has it before it starts: its files, and what it says of itself. */
export class Unpacked {
  readonly rootfs: string
  /** Of its manifest, by which a cluster asks for it. */
  readonly digest: string
  readonly config: Config
  readonly annotations: Readonly<Record<string, string>>
  readonly megabytes: number

  /** `archive`: an oci-archive. */
  constructor(archive: string, folder: string) {
    const layout = join(folder, 'layout')
    this.rootfs = join(folder, 'rootfs')
    for (const each of [layout, this.rootfs]) mkdirSync(each, { recursive: true })
    execFileSync('tar', ['-xf', archive, '-C', layout])
    const path = ({ digest }: Pick<Blob, 'digest'>): string =>
      join(layout, 'blobs', digest.replace(':', '/'))
    const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
    const { manifests } = read(join(layout, 'index.json')) as { readonly manifests: [Blob] }
    const manifest = read(path(manifests[0])) as {
      readonly config: Blob
      readonly layers: readonly Blob[]
      readonly annotations?: Readonly<Record<string, string>>
    }
    for (const layer of manifest.layers)
      execFileSync('tar', ['-xf', path(layer), '-C', this.rootfs])
    this.digest = manifests[0].digest
    this.config = (read(path(manifest.config)) as { readonly config: Config }).config
    this.annotations = manifest.annotations ?? {}
    this.megabytes = manifest.layers.reduce((sum, { size }) => sum + size, 0) / 1e6
  }
}
