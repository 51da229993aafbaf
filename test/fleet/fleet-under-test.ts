import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Program } from '../uplink/program.ts'
import { freePort } from '../uplink/servers.ts'
import { SetStore } from '../../src/edge/fleet/set-store.ts'
import { type SetFile, sha256, signSet } from '../../src/fleet/set.ts'
import { callCentre } from '../../src/cli/fleet/centre-request.ts'
import { busbar } from './busbar.ts'
import { until } from './until.ts'

export interface Listed {
  readonly id: number
  readonly phase: string
  readonly why: string
  readonly wave: number
  readonly waves: readonly Readonly<Record<'sites' | 'asked' | 'good' | 'failed', number>>[]
  readonly failures: readonly { readonly site: string; readonly why: string }[]
}

interface SetStatus {
  readonly state: string
  readonly revision: number
  readonly reason: string
  readonly drift: readonly string[]
}

/** A centre with a few edges, each in a folder of its own, and a utility's key that they trust. */
export class FleetUnderTest implements AsyncDisposable {
  readonly folder: string
  readonly key: string
  readonly centre: Program
  readonly edges = new Map<string, Program>()
  readonly publicKey: string
  #revision = 0

  static async start(folder: string, sites: readonly string[]): Promise<FleetUnderTest> {
    const key = join(folder, 'utility.pem')
    const publicKey = busbar('fleet', 'key', '--out', key)
    const data = ['--data', join(folder, 'centre')]
    const ports = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
    const centre = await Program.start(['src/cli/main.ts', 'centre', ...data, ...ports])
    const fleet = new FleetUnderTest(folder, { key, publicKey, centre })
    await Promise.all(sites.map(async (site) => fleet.#addEdge(site)))
    return fleet
  }

  private constructor(
    folder: string,
    { key, publicKey, centre }: { key: string; publicKey: string; centre: Program },
  ) {
    this.folder = folder
    this.key = key
    this.publicKey = publicKey
    this.centre = centre
  }

  get url(): string {
    return `http://${this.centre.addresses['http']}`
  }

  siteFile(site: string): string {
    return join(this.folder, site, 'site.yaml')
  }

  siteText(site: string, name: string, more = ''): string {
    const uplink = `uplink: { url: 'mqtt://${this.centre.addresses['mqtt']}' }`
    return `site: { id: ${site}, name: ${name}, frequencyHz: 50, limits: gbt }\naccess: { anonymous: true }\ndevices: [{ id: m1, kind: rtu }]\nprocessors: { trustedKeys: [${this.publicKey}] }\n${uplink}\n${more}`
  }

  async #addEdge(site: string): Promise<void> {
    const data = join(this.folder, site, 'data')
    mkdirSync(data, { recursive: true })
    writeFileSync(this.siteFile(site), this.siteText(site, 'first'))
    new SetStore(data).trust([this.publicKey])
    const addresses = [
      '--mqtt',
      `127.0.0.1:${await freePort()}`,
      '--http',
      `127.0.0.1:${await freePort()}`,
    ]
    const files = ['--site', this.siteFile(site), '--data', data]
    const edge = await Program.start(['src/cli/main.ts', 'edge', ...files, ...addresses])
    this.edges.set(site, edge)
  }

  /** A set of these files, by their names in the folder of a set, signed and given to the centre; its digest. The commands for that have another test. */
  async upload(
    files: Readonly<Record<string, string | Buffer>>,
    { watchSeconds = 2, key = this.key } = {},
  ): Promise<string> {
    const named = Object.entries(files).map(([path, content]) => {
      const bytes = Buffer.from(content)
      const file: SetFile = { ...placeOf(path), sha256: sha256(bytes), bytes: bytes.length }
      return { file, bytes }
    })
    for (const { file, bytes } of named) await this.#tell('PUT', `contents/${file.sha256}`, bytes)
    const own = named.map(({ file }) => file)
    const manifest = { revision: ++this.#revision, title: 'set', watchSeconds, files: own }
    const { text, digest } = signSet(manifest, readFileSync(key, 'utf8'))
    await this.#tell('POST', 'sets', Buffer.from(text))
    return digest
  }

  async roll(set: string, waves: readonly (readonly string[])[]): Promise<void> {
    await this.#tell('POST', 'rollouts', { set, waves, soakSeconds: 1, failedPercent: 0 })
  }

  async #tell(method: 'PUT' | 'POST', path: string, body: object): Promise<void> {
    await callCentre(this.url, { method, path: `/api/v1/fleet/${path}`, body })
  }

  async rollout(): Promise<Listed> {
    const { rollouts } = (await this.centre.get('/api/v1/fleet/rollouts')) as {
      rollouts: Listed[]
    }
    return rollouts[0] as Listed
  }

  async ended(): Promise<Listed> {
    let last: Listed | undefined
    return until(
      async () => {
        last = await this.rollout()
        return ['running', 'paused'].includes(last.phase) ? undefined : last
      },
      () => `${JSON.stringify(last)}\n${this.errors()}`,
    )
  }

  async set(site: string): Promise<SetStatus> {
    const { report } = (await this.centre.get(`/api/v1/sites/${site}`)) as {
      report: { set: SetStatus }
    }
    return report.set
  }

  async nameOf(site: string): Promise<string> {
    const answer = (await this.#edge(site).get('/api/v1/site')) as { site: { name: string } }
    return answer.site.name
  }

  /** Of the last set that was good there, as its disk says. */
  revisionOf(site: string): number {
    return new SetStore(join(this.folder, site, 'data')).state.good?.revision ?? 0
  }

  get revision(): number {
    return this.#revision
  }

  async policyOf(site: string): Promise<string> {
    const { report } = (await this.centre.get(`/api/v1/sites/${site}`)) as {
      report: { policy: string }
    }
    return report.policy
  }

  async problemsOf(site: string): Promise<readonly string[]> {
    const { problems } = (await this.#edge(site).get('/healthz')) as { problems: string[] }
    return problems
  }

  async processorsOf(site: string): Promise<readonly string[]> {
    const { processors } = (await this.#edge(site).get('/api/v1/processors')) as {
      processors: readonly { readonly name: string }[]
    }
    return processors.map(({ name }) => name)
  }

  #edge(site: string): Program {
    const edge = this.edges.get(site)
    if (edge === undefined) throw new Error(`there is no edge ${site}`)
    return edge
  }

  fileOf(site: string): string {
    return readFileSync(this.siteFile(site), 'utf8')
  }

  errors(): string {
    return [this.centre, ...this.edges.values()].map(({ errors }) => errors.join('')).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.edges.values()].map(async (edge) => edge[Symbol.asyncDispose]()))
    await this.centre[Symbol.asyncDispose]()
  }
}

/** What a file of a set's folder is there for. */
function placeOf(path: string): Pick<SetFile, 'role' | 'name'> {
  const [, folder = '', name = ''] = /^(sites|processors)\/(.+)\.(?:yaml|json)$/.exec(path) ?? []
  if (folder !== '') return { role: folder === 'sites' ? 'site' : 'processor', name }
  const role =
    path === 'policy.tar.gz'
      ? 'policy'
      : path.endsWith('.sig')
        ? 'policy-signature'
        : 'policy-examples'
  return { role, name: '' }
}
