import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface BuilderSettings {
  readonly root: string
  /** Where buildah keeps what it builds, and images are put. */
  readonly out: string
  readonly version: string
  /** Seconds since 1970: of the image and every file in it. */
  readonly epoch: string
}

export interface Image {
  readonly name: string
  /** In `deploy/image`. */
  readonly file: string
  readonly architecture: 'amd64' | 'arm64'
  /** What may be copied. */
  readonly context: string
  /** `docker` has a place for the health check, `oci` the same digest whenever it is built. */
  readonly format: string
  readonly words: readonly string[]
}

/** buildah, with a store of its own, so that it needs neither a daemon nor what the machine has configured. */
export class Builder {
  readonly #settings: BuilderSettings

  constructor(settings: BuilderSettings) {
    this.#settings = settings
  }

  /** Leaves `NAME-VERSION-ARCHITECTURE.tar`, which `ctr`, `podman load`, `docker load` and K3s take. */
  build({ name, file, format, architecture, context, words }: Image): void {
    const { root, out, version, epoch } = this.#settings
    const tag = `localhost/${name}:${version}`
    const archive = join(out, `${name}-${version}-${architecture}.tar`)
    const from = ['--file', join(root, 'deploy/image', file)]
    const fixed = [`--timestamp=${epoch}`, `--platform=linux/${architecture}`, '--isolation=chroot']
    const labels = [`--label=org.opencontainers.image.version=${version}`]
    this.#buildah(
      'build',
      '--quiet',
      `--format=${format}`,
      ...from,
      ...fixed,
      ...labels,
      ...words,
      `--tag=${tag}`,
      context,
    )
    rmSync(archive, { force: true })
    // The name in full: a cluster takes `busbar-edge:1` for docker.io/library/busbar-edge:1, and does not find it.
    // Of what is in the archive: in buildah's own store layers are not compressed, and the image has another digest there.
    const digestFile = `${archive}.digest`
    const destination = `${format}-archive:${archive}:${tag}`
    this.#buildah('push', '--quiet', `--digestfile=${digestFile}`, tag, destination)
    const digest = readFileSync(digestFile, 'utf8').trim()
    rmSync(digestFile)
    const megabytes = Math.round(statSync(archive).size / 1e6)
    process.stdout.write(`${archive}: ${megabytes} MB, ${digest}\n`)
  }

  #buildah(command: string, ...words: readonly string[]): string {
    const { out } = this.#settings
    const store = [
      '--log-level=error',
      '--storage-driver=vfs',
      `--root=${join(out, 'store')}`,
      `--runroot=${join(out, 'run')}`,
    ]
    return execFileSync('buildah', [...store, command, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }
}
