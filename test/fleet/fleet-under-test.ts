import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Program } from '../uplink/program.ts'
import { freePort } from '../uplink/servers.ts'
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
  readonly #publicKey: string
  #revision = 0

  static async start(folder: string, sites: readonly string[]): Promise<FleetUnderTest> {
    const key = join(folder, 'utility.pem')
    const publicKey = busbar('fleet', 'key', '--out', key)
    const data = ['--data', join(folder, 'centre')]
    const ports = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
    const centre = await Program.start(['src/cli/main.ts', 'centre', ...data, ...ports])
    const fleet = new FleetUnderTest(folder, { key, publicKey, centre })
    for (const site of sites) await fleet.addEdge(site)
    return fleet
  }

  private constructor(
    folder: string,
    { key, publicKey, centre }: { key: string; publicKey: string; centre: Program },
  ) {
    this.folder = folder
    this.key = key
    this.#publicKey = publicKey
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
    return `site: { id: ${site}, name: ${name}, frequencyHz: 50, limits: gbt }\ndevices: [{ id: m1, kind: rtu }]\n${uplink}\n${more}`
  }

  async addEdge(site: string): Promise<Program> {
    mkdirSync(join(this.folder, site), { recursive: true })
    writeFileSync(this.siteFile(site), this.siteText(site, 'first'))
    const data = join(this.folder, site, 'data')
    busbar('fleet', 'trust', this.#publicKey, '--data', data)
    const addresses = [
      '--mqtt',
      `127.0.0.1:${await freePort()}`,
      '--http',
      `127.0.0.1:${await freePort()}`,
    ]
    const files = ['--site', this.siteFile(site), '--data', data]
    const edge = await Program.start(['src/cli/main.ts', 'edge', ...files, ...addresses])
    this.edges.set(site, edge)
    return edge
  }

  /** A set of these files, signed and given to the centre; its digest. */
  upload(
    files: Readonly<Record<string, string | Buffer>>,
    watchSeconds = 2,
    key = this.key,
  ): string {
    const set = join(this.folder, `set-${++this.#revision}`)
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(set, name, '..'), { recursive: true })
      writeFileSync(join(set, name), content)
    }
    const numbers = ['--revision', String(this.#revision), '--watch-seconds', String(watchSeconds)]
    busbar('fleet', 'sign', set, '--key', key, ...numbers)
    return busbar('fleet', 'upload', set, '--url', this.url)
  }

  roll(set: string, waves: string, more: readonly string[] = []): void {
    const words = ['rollout', 'create', set, '--waves', waves, '--soak-seconds', '1', ...more]
    busbar('fleet', ...words, '--failed-percent', '0', '--url', this.url)
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
    const answer = (await this.edges.get(site)?.get('/api/v1/site')) as { site: { name: string } }
    return answer.site.name
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
