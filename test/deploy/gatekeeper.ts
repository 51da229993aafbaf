import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ApiServer } from './api-server.ts'
import { type Manifest, buildAt, manifestsOf } from './kustomize.ts'
import { SCHEMAS } from './programs.ts'
import { Certificates } from '../transports/certificates.ts'
import { freePort } from '../uplink/servers.ts'

const CONTROLLER = join(import.meta.dirname, '../../deploy/gatekeeper/controller')
const START_MS = 60_000

/** What `kubectl apply -k deploy/gatekeeper/controller` sends. */
export function controllerManifests(): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-gatekeeper-'))
  try {
    copyFileSync(join(CONTROLLER, 'kustomization.yaml'), join(folder, 'kustomization.yaml'))
    copyFileSync(join(SCHEMAS, 'gatekeeper.yaml'), join(folder, 'gatekeeper.yaml'))
    return manifestsOf(buildAt(folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Gatekeeper's own manager, beside an API server instead of in a pod: webhook and audit in one. */
export class Gatekeeper implements AsyncDisposable {
  readonly #port: number
  readonly #child: ChildProcess
  readonly #certificates: Certificates
  #log = ''

  /** Its CRDs and namespace have to be there. */
  static async start(api: ApiServer): Promise<Gatekeeper> {
    const ports = [await freePort(), await freePort(), await freePort()] as const
    const started = new Gatekeeper(api, ports)
    const end = performance.now() + START_MS
    while (performance.now() < end && started.#child.exitCode === null) {
      const ready = await fetch(`http://127.0.0.1:${ports[1]}/readyz`).catch(() => undefined)
      if (ready?.ok === true) return started
      await pause(200)
    }
    await started[Symbol.asyncDispose]()
    throw new Error(`Gatekeeper does not get ready: ${started.#log}`)
  }

  private constructor(api: ApiServer, ports: readonly [number, number, number]) {
    const certificates = new Certificates()
    certificates.issue('tls')
    const kubeconfig = certificates.path('kubeconfig')
    writeFileSync(kubeconfig, JSON.stringify(api.kubeconfig), { mode: 0o600 })
    mkdirSync(certificates.path('audit'))
    // tls.crt is the name that it looks for.
    copyFileSync(certificates.path('tls.pem'), certificates.path('tls.crt'))
    const words = wordsOf(certificates.folder, kubeconfig, ports)
    this.#child = spawn('gatekeeper', words, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text))
    this.#port = ports[0]
    this.#certificates = certificates
  }

  /** The webhook as our manifests have it, but for where it is. */
  hook(manifest: Manifest): Manifest {
    const { webhooks } = manifest as unknown as { webhooks: { clientConfig: Service }[] }
    const caBundle = this.#certificates.read('ca.pem').toString('base64')
    const there = webhooks.map((webhook) => {
      const url = `https://127.0.0.1:${this.#port}${webhook.clientConfig.service.path}`
      return { ...webhook, clientConfig: { url, caBundle } }
    })
    return { ...manifest, webhooks: there } as Manifest
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill()
      await Promise.race([ended, pause(10_000).then(() => this.#child.kill('SIGKILL'))])
    }
    this.#certificates[Symbol.dispose]()
  }
}

interface Service {
  readonly service: { readonly path: string }
}

function wordsOf(
  folder: string,
  kubeconfig: string,
  [port, health, metrics]: readonly [number, number, number],
): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--debug-use-fake-pod',
    '--host=127.0.0.1',
    `--port=${port}`,
    `--health-addr=127.0.0.1:${health}`,
    `--prometheus-port=${metrics}`,
    `--cert-dir=${folder}`,
    '--disable-cert-rotation',
    `--api-cache-dir=${join(folder, 'audit')}`,
    '--audit-interval=2',
    '--exempt-namespace=gatekeeper-system',
    '--disable-opa-builtin={http.send}',
    '--operation=webhook',
    '--operation=audit',
    '--operation=status',
    '--log-level=ERROR',
  ]
}
