import { spawnSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'

const DEPLOY = new URL('../../deploy/', import.meta.url).pathname

/** What Kubernetes takes, as far as tests look into it. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: Readonly<Record<string, unknown>>
}

export const OVERLAYS = ['substation', 'cluster', 'centre'] as const
export type Overlay = (typeof OVERLAYS)[number]

/** A folder of `deploy`, as `kubectl apply -k` would send it: YAML. */
export function build(folder: string): string {
  const known = built.get(folder)
  if (known !== undefined) return known
  const text = buildAt(DEPLOY + folder)
  built.set(folder, text)
  return text
}

const built = new Map<string, string>()

export function buildAt(path: string): string {
  const { stdout, stderr, status } = spawnSync('kustomize', ['build', path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`kustomize build ${path}: ${stderr}`)
  return stdout
}

export function manifestsOf(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Manifest)
}
