import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type TestContext, describe, test } from 'node:test'
import { parse } from 'yaml'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'
import { type Manifest, OVERLAYS, build, buildAt, manifestsOf } from './deploy/kustomize.ts'
import { type PodTemplate, cpuMillis, limitsOf, memoryMi, podsOf } from './deploy/pods.ts'
import { SCHEMAS, missingPrograms, runProgram } from './deploy/programs.ts'

const skip = missingPrograms('kustomize')
const conform = { skip: skip === false ? missingPrograms('kubeconform') : skip }
const STRICT = ['-strict', '-schema-location', `${SCHEMAS}/{{.ResourceKind}}{{.KindSuffix}}.json`]

/** A component is no whole: it is built into an overlay. */
function built(overlay: string): Manifest[] {
  return manifestsOf(build(`kustomize/overlays/${overlay}`))
}

function found(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const manifest = manifests.find((one) => one.kind === kind && one.metadata.name === name)
  assert.ok(manifest, `${kind} ${name}`)
  return manifest
}

describe('manifests', { skip }, () => {
  test('all are valid for Kubernetes 1.30, with a ServiceMonitor as well', conform, (t) => {
    const overlays = OVERLAYS.map((overlay) => build(`kustomize/overlays/${overlay}`))
    const monitored = withServiceMonitor(t)
    assert.match(monitored, /^kind: ServiceMonitor$/m)
    const { status, text } = runProgram(
      'kubeconform',
      STRICT,
      [...overlays, monitored].join('---\n'),
    )
    assert.equal(status, 0, text)
  })

  test('what Kubernetes does not know is refused', conform, () => {
    const monitor = readPage('deploy/kustomize/components/service-monitor/service-monitor.yaml')
    const wrong = monitor.replace('interval:', 'intervall:')
    assert.match(runProgram('kubeconform', STRICT, wrong).text, /'intervall' not allowed/)
  })

  for (const overlay of OVERLAYS) {
    test(`${overlay}: every pod has what "restricted" asks for, and a bound`, () => {
      for (const { name, template } of podsOf(built(overlay))) checkPod(name, template)
    })

    test(`${overlay}: whatever a policy does not name stays in`, () => {
      const manifests = built(overlay)
      const { spec } = found(manifests, 'NetworkPolicy', 'default-deny')
      assert.deepEqual(spec, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
      const text = JSON.stringify(manifests.filter(({ kind }) => kind === 'NetworkPolicy'))
      assert.doesNotMatch(text, /0\.0\.0\.0/, 'settings.yaml fills in each network')
    })

    test(`${overlay}: Secrets are named, never here`, () => {
      assert.deepEqual(
        built(overlay).filter(({ kind }) => kind === 'Secret'),
        [],
      )
    })
  }

  test('substation: ten pods at most, 4 cores and 8 GB at most, with all that runs beside ours', () => {
    const manifests = built('substation')
    const quota = found(manifests, 'ResourceQuota', 'budget').spec?.['hard'] as Record<
      string,
      string
    >
    const pods = podsOf(manifests)
    const ours = pods.map(({ template }) => limitsOf(template))
    const cpu = ours.reduce((sum, limits) => sum + limits.cpuMillis, 0)
    const memory = ours.reduce((sum, limits) => sum + limits.memoryMi, 0)
    assert.ok(cpu <= cpuMillis(quota['limits.cpu'] ?? ''), `${cpu}m`)
    assert.ok(memory <= memoryMi(quota['limits.memory'] ?? ''), `${memory}Mi`)
    // The page adds what K3s and Gatekeeper have, and says how much that is together.
    const rows = tableOf(readPage('docs/operating/k3s.md'), 'pod')
    for (const { name, template } of pods) {
      const limits = limitsOf(template)
      const row = rows.find(([pod]) => pod === name)
      assert.deepEqual(row?.slice(1, 3), [`${limits.cpuMillis}`, `${limits.memoryMi}`], name)
    }
    const sums = rows.slice(0, -1).map(([, cores, mebibytes]) => [Number(cores), Number(mebibytes)])
    const total = [0, 1].map((at) => sums.reduce((sum, row) => sum + (row[at] ?? 0), 0))
    assert.deepEqual(rows.at(-1)?.slice(1, 3).map(Number), total)
    assert.ok(rows.length - 1 <= 10, 'pods')
    assert.ok((total[0] ?? 0) <= 4000 && (total[1] ?? 0) <= 7600, String(total))
  })

  test('substation: one edge with a volume, and a processor as it was asked for', () => {
    const manifests = built('substation')
    const edge = found(manifests, 'StatefulSet', 'edge').spec as {
      replicas: number
      volumeClaimTemplates: { spec: { storageClassName: string } }[]
    }
    assert.equal(edge.replicas, 1)
    assert.equal(edge.volumeClaimTemplates[0]?.spec.storageClassName, 'local-path')
    found(manifests, 'Deployment', 'power-data-processor')
    const { template } = podsOf(manifests).find(({ name }) => name === 'power-data-processor') ?? {}
    assert.ok(template)
    assert.equal(template.spec.runtimeClassName, 'wasmedge')
    assert.equal(template.spec.shareProcessNamespace, true)
    assert.deepEqual(template.spec.containers[0]?.resources, {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    })
    const { spec } = found(manifests, 'Service', 'mqtt')
    const ports = (spec as { ports: { port: number }[] }).ports.map(({ port }) => port)
    assert.deepEqual(ports, [1883, 8883])
    const { env = [] } = template.spec.containers[0] ?? {}
    const variables = tableOf(readPage('docs/power-data-processor.md'), 'variable').map(
      ([name]) => name,
    )
    for (const { name } of env) assert.ok(variables.includes(name), name)
  })

  test('cluster: an edge on each node, with the data in the one folder of the node', () => {
    const manifests = built('cluster')
    found(manifests, 'DaemonSet', 'edge')
    const { template } = podsOf(manifests).find(({ name }) => name === 'edge') ?? {}
    assert.deepEqual(template?.spec.nodeSelector, { 'node-type': 'edge' })
    const paths = template?.spec.volumes?.flatMap(({ hostPath }) => hostPath?.path ?? [])
    assert.deepEqual(paths, ['/var/lib/busbar'])
  })

  test('a probe that restarts is never /healthz', () => {
    for (const overlay of OVERLAYS)
      for (const { name, template } of podsOf(built(overlay)))
        for (const { livenessProbe, startupProbe } of template.spec.containers)
          assert.doesNotMatch(JSON.stringify([livenessProbe, startupProbe]), /\/healthz/, name)
  })

  test('the site files in it are ones', () => {
    for (const file of ['substation/site.yaml', 'cluster/edge-1.yaml']) {
      const path = `deploy/kustomize/overlays/${file}`
      const { status, text } = runProgram('./bin/busbar', ['site', 'check', path])
      assert.equal(status, 0, text)
      const { uplink } = parse(readPage(path)) as { uplink: { url: string } }
      const settings = readPage(`deploy/kustomize/overlays/${file.split('/')[0]}/settings.yaml`)
      assert.ok(settings.includes(`centre: ${new URL(uplink.url).hostname}/32`), 'one address')
    }
  })

  test('Prometheus reads its configuration', { skip: missingPrograms('promtool') }, () => {
    const path = 'deploy/kustomize/overlays/substation/scrape.yml'
    const { status, text } = runProgram('promtool', ['check', 'config', '--syntax-only', path])
    assert.equal(status, 0, text)
    const { site } = parse(readPage('deploy/kustomize/overlays/substation/site.yaml')) as {
      site: { id: string }
    }
    assert.ok(readPage(path).includes(`replacement: ${site.id} }`), 'one site')
  })

  test('the page shows what it says of containerd as it is', () => {
    const shown = fencesOf(readPage('docs/operating/k3s.md')).map(({ text }) => text)
    assert.ok(shown.includes(readPage('deploy/k3s/config.toml.tmpl')))
  })
})

/** The overlay of a substation whose cluster has the Prometheus operator. */
function withServiceMonitor(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'busbar-overlay-')))
  t.after(() => rmSync(folder, { recursive: true }))
  const parts = relative(folder, join(import.meta.dirname, '../deploy/kustomize'))
  const overlay = {
    resources: [`${parts}/overlays/substation`],
    components: [`${parts}/components/service-monitor`],
  }
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(overlay))
  return buildAt(folder)
}

function checkPod(name: string, { spec }: PodTemplate): void {
  assert.equal(spec.automountServiceAccountToken, false, name)
  assert.equal(spec.enableServiceLinks, false, `${name}: MQTT_PORT would be tcp://…`)
  assert.ok(spec.priorityClassName, name)
  assert.equal(spec.securityContext?.runAsNonRoot, true, name)
  assert.ok((spec.securityContext?.runAsUser ?? 0) > 0, name)
  assert.deepEqual(spec.securityContext?.seccompProfile, { type: 'RuntimeDefault' }, name)
  for (const { image, securityContext, resources } of spec.containers) {
    assert.match(image, /^registry\.site\.local\/.+@sha256:[0-9a-f]{64}$/)
    assert.deepEqual(
      securityContext,
      {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      name,
    )
    for (const side of [resources.requests, resources.limits])
      assert.deepEqual(Object.keys(side).sort(), ['cpu', 'memory'], name)
  }
}
