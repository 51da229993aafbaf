import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, ApiServer } from './deploy/api-server.ts'
import { controllerManifests } from './deploy/gatekeeper.ts'
import { type Manifest, OVERLAYS, build, manifestsOf } from './deploy/kustomize.ts'
import { madePods } from './deploy/pods.ts'
import { missingPrograms } from './deploy/programs.ts'

// Kubernetes 1.30.4 itself takes what is in deploy/. npm run deploy:tools -- --api-server builds it; without it this is skipped.

describe(
  'an API server of Kubernetes 1.30.4',
  {
    skip: missingPrograms('kustomize', 'kubeconform', 'etcd', 'kube-apiserver'),
  },
  () => {
    let api: ApiServer
    before(async () => {
      api = await ApiServer.start()
    })
    after(() => api[Symbol.asyncDispose]())

    async function applyAll(manifests: readonly Manifest[]): Promise<string[]> {
      const warnings: string[] = []
      for (const manifest of manifests) {
        const answer = await api.apply(manifest)
        assert.ok(
          answer.status < 300,
          `${manifest.kind} ${manifest.metadata.name}: ${said(answer)}`,
        )
        warnings.push(...answer.warnings.map((text) => `${manifest.kind}: ${text}`))
      }
      return warnings
    }

    async function makePods(manifests: readonly Manifest[]): Promise<Answer[]> {
      const answers: Answer[] = []
      for (const pod of madePods(manifests))
        answers.push(await api.ask('POST', '/api/v1/namespaces/busbar/pods', pod))
      return answers
    }

    for (const overlay of OVERLAYS) {
      test(`takes ${overlay}, and its pods within the quota and Pod Security`, async () => {
        await clear(api)
        const manifests = manifestsOf(build(`kustomize/overlays/${overlay}`))
        const warnings = await applyAll(manifests)
        // The one thing that "restricted" would not have is why Gatekeeper holds the folders.
        if (overlay === 'cluster') {
          assert.equal(warnings.length, 1)
          assert.match(warnings[0] ?? '', /^DaemonSet.*hostPath/)
        } else assert.deepEqual(warnings, [])
        if (manifests.some(({ kind }) => kind === 'ResourceQuota')) await beginQuota(api)
        for (const answer of await makePods(manifests))
          assert.equal(answer.status, 201, said(answer))
        if (overlay === 'substation') {
          const root = { runAsUser: 0, runAsNonRoot: false }
          const refused = await makePods(
            changed(manifests, (spec) => ({ ...spec, securityContext: root })),
          )
          for (const answer of refused)
            assert.match(said(answer), /violates PodSecurity .*restricted/)
          const more = await makePods(manifests.map(again))
          assert.ok(
            more.some((answer) => /exceeded quota: budget/.test(said(answer))),
            'a budget is one',
          )
        }
      })
    }

    test('takes Gatekeeper, its templates and the constraints', async () => {
      // It would be asked, and nobody answers.
      const unasked = controllerManifests().filter(
        ({ kind }) => !kind.endsWith('WebhookConfiguration'),
      )
      await applyAll(unasked)
      const templates = manifestsOf(build('gatekeeper/templates'))
      await api.established('constrainttemplates.templates.gatekeeper.sh')
      await applyAll(templates)
      const crds = templates.map(crdOf)
      await applyAll(crds)
      for (const { metadata } of crds) await api.established(metadata.name)
      await applyAll(manifestsOf(build('gatekeeper/constraints')))
      await applyAll(manifestsOf(build('gatekeeper/centre')))
      const [constraint] = manifestsOf(build('gatekeeper/constraints'))
      assert.ok(constraint)
      const wrong = { ...constraint, spec: { ...constraint.spec, parameters: { cpuMillies: 1 } } }
      assert.match(said(await api.apply(wrong)), /cpuMillies/, 'a parameter that nobody reads')
    })
  },
)

function said({ status, body }: Answer): string {
  return `${status} ${JSON.stringify(body['message'])}`
}

/** The next cluster is another one. Admission looks at copies, which hear of it a moment later. */
async function clear(api: ApiServer): Promise<void> {
  for (const left of ['pods', 'resourcequotas'])
    await api.ask('DELETE', `/api/v1/namespaces/busbar/${left}?gracePeriodSeconds=0`)
  await pause(1000)
}

function changed(manifests: readonly Manifest[], change: (spec: object) => object): Manifest[] {
  return manifests.map((manifest) => {
    const template = manifest.spec?.['template'] as { spec: object } | undefined
    if (template === undefined) return manifest
    const spec = { ...manifest.spec, template: { ...template, spec: change(template.spec) } }
    return again({ ...manifest, spec })
  })
}

function again(manifest: Manifest): Manifest {
  return {
    ...manifest,
    metadata: { ...manifest.metadata, name: `${manifest.metadata.name}-again` },
  }
}

/** A quota holds from when a controller has counted once; none runs here. */
async function beginQuota(api: ApiServer): Promise<void> {
  const path = '/api/v1/namespaces/busbar/resourcequotas/budget'
  const { body } = await api.ask('GET', path)
  const { hard } = body['spec'] as { hard: Record<string, string> }
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']))
  const answer = await api.ask('PUT', `${path}/status`, { ...body, status: { hard, used } })
  assert.equal(answer.status, 200, said(answer))
}

/** The CRD that Gatekeeper makes of a template. */
function crdOf({ spec }: Manifest): Manifest {
  const { names, validation } = (spec as unknown as Template).crd.spec
  const plural = names.kind.toLowerCase()
  const group = 'constraints.gatekeeper.sh'
  const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const constraint = {
    type: 'object',
    properties: {
      enforcementAction: { type: 'string' },
      match: free,
      parameters: validation.openAPIV3Schema,
    },
  }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: constraint } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind: names.kind, plural, singular: plural },
      versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
    },
  }
}

interface Template {
  readonly crd: {
    readonly spec: {
      readonly names: { readonly kind: string }
      readonly validation: { readonly openAPIV3Schema: object }
    }
  }
}
