import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, ApiServer } from './deploy/api-server.ts'
import { Gatekeeper, controllerManifests } from './deploy/gatekeeper.ts'
import { type Manifest, OVERLAYS, build, manifestsOf } from './deploy/kustomize.ts'
import { madePods } from './deploy/pods.ts'
import { missingPrograms } from './deploy/programs.ts'
import { RULES, readSample } from './deploy/samples.ts'

// Gatekeeper's own program answers Kubernetes' own API server. npm run deploy:tools -- --api-server --webhook builds both; without them this is skipped.

const PATIENCE_MS = 30_000
const NODE_PORT: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'from-before', namespace: 'busbar' },
  spec: { type: 'NodePort', ports: [{ port: 80 }] },
}
/** K3s makes them, whatever runs behind. */
const RUNTIME_CLASSES: readonly Manifest[] = ['wasmedge', 'crun'].map((name) => {
  const apiVersion = 'node.k8s.io/v1'
  return { apiVersion, kind: 'RuntimeClass', metadata: { name }, handler: name }
})

interface Enforcement {
  readonly byPod?: readonly { readonly enforced?: boolean; readonly observedGeneration?: number }[]
  readonly violations?: readonly { readonly name: string; readonly message: string }[]
}

describe(
  'Gatekeeper at work',
  {
    skip: missingPrograms('kustomize', 'kubeconform', 'etcd', 'kube-apiserver', 'gatekeeper'),
  },
  () => {
    let api: ApiServer
    let gatekeeper: Gatekeeper

    before(async () => {
      api = await ApiServer.start()
      const controller = controllerManifests()
      await applyAll(controller.filter(({ kind }) => !kind.endsWith('WebhookConfiguration')))
      for (const { kind, metadata } of controller)
        if (kind === 'CustomResourceDefinition') await api.established(metadata.name)
      await applyAll([named('Namespace', 'busbar'), NODE_PORT, ...RUNTIME_CLASSES])
      gatekeeper = await Gatekeeper.start(api)
      const templates = manifestsOf(build('gatekeeper/templates'))
      await applyAll(templates)
      // It makes the kinds of the constraints itself.
      for (const { metadata } of templates)
        await api.established(`${metadata.name}.constraints.gatekeeper.sh`)
      await enforce('gatekeeper/constraints')
      const hook = controller.find(({ kind }) => kind === 'ValidatingWebhookConfiguration')
      assert.ok(hook)
      await applyAll([gatekeeper.hook(hook)])
      const denied = { ...NODE_PORT, metadata: { ...NODE_PORT.metadata, name: 'new' } }
      await until(async () => (await api.tries(denied)).status === 403, 'the webhook is asked')
    })
    after(async () => {
      await gatekeeper?.[Symbol.asyncDispose]()
      await api?.[Symbol.asyncDispose]()
    })

    async function applyAll(manifests: readonly Manifest[]): Promise<void> {
      for (const manifest of manifests) {
        const answer = await api.apply(manifest)
        assert.ok(
          answer.status < 300,
          `${manifest.kind} ${manifest.metadata.name}: ${said(answer)}`,
        )
      }
    }

    /** Applies constraints, and waits until Gatekeeper says that it goes by them. */
    async function enforce(folder: string): Promise<void> {
      for (const constraint of manifestsOf(build(folder))) {
        await applyAll([constraint])
        await until(async () => {
          const { generation, status } = await look(constraint)
          return (status.byPod ?? []).some(
            ({ enforced, observedGeneration }) => enforced && observedGeneration === generation,
          )
        }, `${constraint.kind} is enforced`)
      }
    }

    async function look(manifest: Manifest): Promise<{ generation: number; status: Enforcement }> {
      const { body } = await api.ask('GET', await api.pathOf(manifest))
      const { metadata, status = {} } = body as { metadata: object; status?: Enforcement }
      return { ...(metadata as { generation: number }), status }
    }

    for (const { name, cases } of RULES) {
      test(`${name}: samples`, async () => {
        for (const { name: sample, object, assertions } of cases) {
          const answer = await api.tries(readSample<Manifest>(object))
          if (assertions[0]?.violations === 'no') assert.equal(answer.status, 201, said(answer))
          else {
            assert.equal(answer.status, 403, sample)
            assert.match(said(answer), /"validation\.gatekeeper\.sh.* denied the request/, sample)
            const rules = [...said(answer).matchAll(/\[([a-z-]+)\] /g)].map(([, rule]) => rule)
            assert.deepEqual([...new Set(rules)], [name], `${sample}: ${said(answer)}`)
          }
        }
      })
    }

    for (const overlay of OVERLAYS) {
      test(`lets ${overlay} in, and its pods`, async () => {
        await enforce(overlay === 'centre' ? 'gatekeeper/centre' : 'gatekeeper/constraints')
        const manifests = manifestsOf(build(`kustomize/overlays/${overlay}`))
        await applyAll(manifests)
        for (const pod of madePods(manifests)) {
          const answer = await api.tries(pod)
          assert.equal(answer.status, 201, `${pod.metadata.name}: ${said(answer)}`)
        }
      })
    }

    test('the audit finds what was there before', async () => {
      const constraint = readSample<Manifest>('constraints/services.yaml')
      await until(async () => {
        const { violations = [] } = (await look(constraint)).status
        return violations.some(({ name, message }) => {
          return name === 'from-before' && /NodePort opens a port of the node/.test(message)
        })
      }, 'the Service from before is found')
    })

    test('without it nothing comes in that has rules, and all else does', async () => {
      await gatekeeper[Symbol.asyncDispose]()
      const service = readSample<Manifest>('samples/services/allowed-cluster-ip.yaml')
      const refused = await api.tries(service)
      assert.equal(refused.status, 500, said(refused))
      assert.match(said(refused), /failed calling webhook "validation\.gatekeeper\.sh"/)
      const lease = { ...named('Lease', 'node-1'), apiVersion: 'coordination.k8s.io/v1' }
      const kept = { ...named('ConfigMap', 'any'), apiVersion: 'v1' }
      for (const free of [lease, kept, named('Node', 'node-1')]) {
        const space = free.kind === 'Node' ? {} : { namespace: 'busbar' }
        const answer = await api.tries({ ...free, metadata: { ...free.metadata, ...space } })
        assert.equal(answer.status, 201, `${free.kind}: ${said(answer)}`)
      }
    })
  },
)

function named(kind: string, name: string): Manifest {
  return { apiVersion: 'v1', kind, metadata: { name } }
}

function said({ status, body }: Answer): string {
  return `${status} ${String(body['message'])}`
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    assert.ok(performance.now() < end, `never: ${what}`)
    await pause(200)
  }
}
