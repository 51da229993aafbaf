import type { Manifest } from './kustomize.ts'

interface Quantities {
  readonly cpu: string
  readonly memory: string
}

interface Container {
  readonly image: string
  readonly env?: readonly { readonly name: string }[]
  readonly securityContext?: object
  readonly resources: { readonly requests: Quantities; readonly limits: Quantities }
  readonly livenessProbe?: object
  readonly startupProbe?: object
}

/** What a workload makes pods of. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  readonly spec: {
    readonly automountServiceAccountToken?: boolean
    readonly enableServiceLinks?: boolean
    readonly priorityClassName?: string
    readonly runtimeClassName?: string
    readonly shareProcessNamespace?: boolean
    readonly nodeSelector?: Readonly<Record<string, string>>
    readonly securityContext?: {
      readonly runAsNonRoot?: boolean
      readonly runAsUser?: number
      readonly seccompProfile?: object
    }
    readonly containers: readonly Container[]
    readonly volumes?: readonly { readonly hostPath?: { readonly path: string } }[]
  }
}

export interface Pods {
  readonly name: string
  readonly template: PodTemplate
}

/** The pods of every workload; one of each, also where an overlay begins with none. */
export function podsOf(manifests: readonly Manifest[]): Pods[] {
  return manifests.flatMap(({ metadata, spec }) => {
    const template = spec?.['template'] as PodTemplate | undefined
    return template === undefined ? [] : [{ name: metadata.name, template }]
  })
}

/** The pods themselves, as controllers would make them of these manifests, each once. */
export function madePods(manifests: readonly Manifest[]): Manifest[] {
  return podsOf(manifests).map(({ name, template }) => {
    const metadata = { ...template.metadata, name, namespace: 'busbar' }
    const volumes = [...(template.spec.volumes ?? []), ...claimsOf(manifests, name)]
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...template.spec, volumes } }
  })
}

/** What a StatefulSet adds to its pods. */
function claimsOf(manifests: readonly Manifest[], name: string): object[] {
  const owner = manifests.find(
    ({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === name,
  )
  const templates = (owner?.spec?.['volumeClaimTemplates'] ?? []) as {
    metadata: { name: string }
  }[]
  return templates.map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}-0` },
  }))
}

export function limitsOf({ spec }: PodTemplate): { cpuMillis: number; memoryMi: number } {
  const limits = spec.containers.map(({ resources }) => resources.limits)
  return {
    cpuMillis: limits.reduce((sum, { cpu }) => sum + cpuMillis(cpu), 0),
    memoryMi: limits.reduce((sum, { memory }) => sum + memoryMi(memory), 0),
  }
}

export function cpuMillis(text: string): number {
  return text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000
}

export function memoryMi(text: string): number {
  const [, amount = '', unit] = /^(\d+)(Mi|Gi)$/.exec(text) ?? []
  return Number(amount) * (unit === 'Gi' ? 1024 : 1)
}
