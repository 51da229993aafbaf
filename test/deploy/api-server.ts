import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Manifest } from './kustomize.ts'
import { freePort } from '../uplink/servers.ts'

const START_MS = 60_000
const TOKEN = 'token-of-this-test'

/** What Kubernetes answers. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** What the server has to say against what it took. */
  readonly warnings: readonly string[]
}

/** Kubernetes' own API server and its etcd, on loopback and in a folder that goes with them. No controller runs: what is made stays as it was sent. */
export class ApiServer implements AsyncDisposable {
  readonly #port: number
  readonly #folder: string
  readonly #children: readonly ChildProcess[]
  readonly #paths = new Map<string, string>()

  static async start(): Promise<ApiServer> {
    const folder = mkdtempSync(join(tmpdir(), 'busbar-api-server-'))
    const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()]
    const etcd = spawn('etcd', etcdOptions(folder, etcdPort, peerPort), { stdio: 'ignore' })
    writeKeys(folder)
    const options = serverOptions(folder, port, etcdPort)
    const server = spawn('kube-apiserver', options, { stdio: 'ignore' })
    const started = new ApiServer(port, folder, [server, etcd])
    const end = performance.now() + START_MS
    while (performance.now() < end && server.exitCode === null) {
      const ready = await started.ask('GET', '/readyz').catch(() => undefined)
      if (ready?.status === 200) return started
      await pause(200)
    }
    await started[Symbol.asyncDispose]()
    throw new Error('kube-apiserver does not get ready')
  }

  private constructor(port: number, folder: string, children: readonly ChildProcess[]) {
    this.#port = port
    this.#folder = folder
    this.#children = children
  }

  /** Makes what the manifest says, or brings it up to that; an unknown field is refused. */
  async apply(manifest: Manifest): Promise<Answer> {
    const query = 'fieldManager=test&force=true&fieldValidation=Strict'
    return this.ask('PATCH', `${await this.pathOf(manifest)}?${query}`, manifest)
  }

  /** Whether it would take this as new, with all that has a say in it; nothing is kept. */
  async tries(manifest: Manifest): Promise<Answer> {
    const path = await this.pathOf(manifest)
    const folder = path.slice(0, path.lastIndexOf('/'))
    return this.ask('POST', `${folder}?dryRun=All&fieldValidation=Strict`, manifest)
  }

  /** By which others find it and are let in. */
  get kubeconfig(): object {
    const server = `https://127.0.0.1:${this.#port}`
    return {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'test', user: { token: TOKEN } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      'current-context': 'test',
    }
  }

  /** Waits until what a CRD describes can be made. */
  async established(crd: string): Promise<void> {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd}`
    const end = performance.now() + START_MS
    while (performance.now() < end) {
      const { body } = await this.ask('GET', path)
      // Whoever makes CRDs from Go may leave null where nothing is yet.
      const { conditions } = (body['status'] ?? {}) as {
        conditions?: { type: string; status: string }[] | null
      }
      const isThere = conditions?.some(
        ({ type, status }) => type === 'Established' && status === 'True',
      )
      if (isThere === true) return
      await pause(100)
    }
    throw new Error(`${crd} is not established`)
  }

  async pathOf({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const key = `${base} ${kind}`
    if (!this.#paths.has(key)) {
      const { body } = await this.ask('GET', base)
      const resources = (body['resources'] ?? []) as { name: string; kind: string }[]
      for (const { name, kind: found } of resources)
        if (!name.includes('/')) this.#paths.set(`${base} ${found}`, name)
    }
    const plural = this.#paths.get(key)
    if (plural === undefined) throw new Error(`the API server does not know ${key}`)
    const { name, namespace } = metadata
    return `${base}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}/${name}`
  }

  async ask(method: string, path: string, body?: object): Promise<Answer> {
    const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json'
    const options: RequestOptions = {
      host: '127.0.0.1',
      port: this.#port,
      method,
      path,
      // It makes its certificate itself, a moment ago, on this machine.
      rejectUnauthorized: false,
      agent: false,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': type },
    }
    const asked = request(options)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    const text = Buffer.concat(await answer.toArray()).toString()
    const warning = answer.headers['warning']
    const warnings = warning === undefined ? [] : [warning].flat()
    const isJson = text.startsWith('{')
    return {
      status: answer.statusCode ?? 0,
      body: (isJson ? JSON.parse(text) : { text }) as Record<string, unknown>,
      warnings,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const exited = once(child, 'exit')
      child.kill()
      await Promise.race([exited, pause(5000).then(() => child.kill('SIGKILL'))])
    }
    rmSync(this.#folder, { recursive: true })
  }
}

function etcdOptions(folder: string, port: number, peerPort: number): string[] {
  const client = `http://127.0.0.1:${port}`
  const peer = `http://127.0.0.1:${peerPort}`
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=error',
  ]
}

function serverOptions(folder: string, port: number, etcdPort: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    '--service-cluster-ip-range=10.43.0.0/16',
    `--token-auth-file=${join(folder, 'tokens')}`,
    '--authorization-mode=AlwaysAllow',
    // As K3s has it: what keeps privileges out is Pod Security and Gatekeeper.
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'accounts.pem')}`,
    `--service-account-signing-key-file=${join(folder, 'accounts.pem')}`,
    // The accounts that pods run as are made by a controller, and none runs here.
    '--disable-admission-plugins=ServiceAccount',
  ]
}

function writeKeys(folder: string): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(join(folder, 'accounts.pem'), pem, { mode: 0o600 })
  writeFileSync(join(folder, 'tokens'), `${TOKEN},test,test,system:masters\n`, { mode: 0o600 })
}
