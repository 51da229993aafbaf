import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readParameters } from '../../api/parameters.ts'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Order } from '../../fleet/rollout.ts'
import { sha256 } from '../../fleet/set.ts'
import type { Enrolment } from '../authority/enrolment.ts'
import type { Database } from '../database/database.ts'
import { deeds } from './audit.ts'
import type { FleetDesk } from './fleet-desk.ts'
import { reportSummary } from './report-summary.ts'
import { readPlan } from './rollout-order.ts'
import type { SiteReports } from './site-reports.ts'

export interface FleetRouteParts {
  readonly reports: SiteReports
  readonly fleet: FleetDesk
  readonly database: Database
  /** Undefined: this centre has no authority. */
  readonly enrolment: Enrolment | undefined
  /** Where sites connect. */
  readonly broker: BrokerPlace
}

/** Of our own broker the port: by which name it is reached a site knows. */
export type BrokerPlace = { readonly mqttPort: number } | { readonly brokerUrl: string }

/** Deeds have an audit of their own, in the transaction that does them. */
const nobody = { config: { needs: 'nobody', changes: true, records: true } } as const
const viewer = { config: { needs: 'viewer' } } as const
const engineer = { config: { needs: 'engineer', changes: true, records: true } } as const

/** What people do with the fleet: addresses that take a body, hence a scope of its own. */
export async function fleetRoutes(app: FastifyInstance, parts: FleetRouteParts): Promise<void> {
  const { reports, fleet, database } = parts
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: limits.setFileBytes },
    (_, body, done) => done(null, body),
  )
  app.get('/api/v1/fleet/sites', viewer, async (request) => {
    readParameters(request.query, [])
    const stored = await reports.all(nowUs())
    return { sites: stored.map((each) => ({ site: each.site, ...reportSummary(each) })) }
  })
  app.get('/api/v1/fleet/audit', viewer, async () => ({ deeds: await deeds(database) }))
  app.get('/api/v1/fleet/sets', viewer, async () => ({ sets: await fleet.sets.list() }))
  app.put<{ Params: { digest: string } }>(
    '/api/v1/fleet/contents/:digest',
    { ...engineer, bodyLimit: limits.setFileBytes },
    async (request) => {
      const content = request.body
      const { digest } = request.params
      if (!Buffer.isBuffer(content) || sha256(content) !== digest) {
        throw new GridError('input', `${digest}: that is not the SHA-256 of what was sent`, {
          hint: 'Send it as application/octet-stream.',
        })
      }
      return { digest: await fleet.sets.keep(content, nowUs()) }
    },
  )
  app.post(
    '/api/v1/fleet/sets',
    { ...engineer, bodyLimit: limits.setBytes * 2 },
    async (request) => {
      const by = { who: whoOf(request), nowUs: nowUs() }
      // As bytes, for the digest is of the text as it stands.
      const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
      const { digest, manifest, signer } = await fleet.sets.add(text, by)
      return { digest, revision: manifest.revision, signer }
    },
  )
  addRolloutRoutes(app, parts)
  addEnrolmentRoutes(app, parts)
}

function addRolloutRoutes(app: FastifyInstance, { fleet, reports }: FleetRouteParts): void {
  const { rollouts, sets } = fleet
  app.get('/api/v1/fleet/rollouts', viewer, async () => ({ rollouts: await rollouts.list() }))
  app.post('/api/v1/fleet/rollouts', engineer, async (request) => {
    const known = (await reports.all(nowUs())).map(({ site }) => site)
    const plan = await readPlan(request.body, { known, sets })
    const id = await rollouts.create(plan, { who: whoOf(request), nowUs: nowUs() })
    return { id, ...plan }
  })
  app.get<{ Params: { id: string } }>('/api/v1/fleet/rollouts/:id', viewer, async (request) => {
    const id = rolloutNumber(request.params.id)
    return { id, sites: await rollouts.sites(id) }
  })
  for (const order of ['pause', 'resume', 'abort'] as const satisfies readonly Order[]) {
    app.post<{ Params: { id: string } }>(
      `/api/v1/fleet/rollouts/:id/${order}`,
      engineer,
      async (request) => {
        const id = rolloutNumber(request.params.id)
        const by = { who: whoOf(request), nowUs: nowUs() }
        const { phase, wave } = await rollouts.order(id, order, by)
        return { id, phase, wave }
      },
    )
  }
}

function addEnrolmentRoutes(app: FastifyInstance, { enrolment, broker }: FleetRouteParts): void {
  const required = (): Enrolment => {
    if (enrolment !== undefined) return enrolment
    throw new GridError('conflict', 'this centre makes no certificates', {
      hint: 'Start it with --authority DIR.',
    })
  }
  const by = (request: FastifyRequest): { who: string; nowUs: number } => {
    return { who: whoOf(request), nowUs: nowUs() }
  }
  app.get('/api/v1/fleet/certificates', viewer, async () => ({
    certificates: await required().list(),
  }))
  app.get('/api/v1/fleet/revocations', viewer, async (_, reply) => {
    reply.type('application/x-pem-file')
    return required().revocations(nowUs())
  })
  app.post('/api/v1/fleet/tokens', engineer, async (request) => {
    const invited = await required().invite(textOf(request, 'site'), by(request))
    return { ...invited, fingerprint: required().authority.fingerprint }
  })
  app.post('/api/v1/fleet/revocations', engineer, async (request) => {
    const serial = textOf(request, 'serial')
    const column = serial === '' ? 'site' : 'serial'
    const value = serial === '' ? textOf(request, 'site') : serial
    return { revoked: await required().revoke({ column, value }, by(request)) }
  })
  // A machine that nobody knows yet: its token is what it shows.
  app.post('/api/v1/fleet/enrolments', nobody, async (request) => {
    const asked = { token: textOf(request, 'token'), csr: textOf(request, 'csr') }
    return { ...(await required().enroll(asked, by(request))), ...broker }
  })
}

function rolloutNumber(text: string): number {
  const id = Number(text)
  if (Number.isSafeInteger(id)) return id
  throw new GridError('not-found', 'there is no such rollout')
}

function textOf({ body }: FastifyRequest, key: string): string {
  const value = (body as Readonly<Record<string, unknown>> | null)?.[key]
  return typeof value === 'string' ? value : ''
}

/** The name of the login; of a machine with a token, from where it came. */
function whoOf({ person, ip }: FastifyRequest): string {
  return person?.name ?? `somebody at ${ip}`
}

function nowUs(): number {
  return Date.now() * 1000
}
