import { type RoutesWords, json } from '../../api/openapi/document.ts'
import {
  about,
  anything,
  bytes,
  count,
  list,
  number,
  object,
  objectWith,
  oneOf,
  orNull,
  text,
  time,
} from '../../api/openapi/schema.ts'

const digest = about('SHA-256, hexadecimal.', text)
const said = about('As docs/fleet.md says; null: it has not said.', anything)
const site = object({
  site: text,
  heardAt: time,
  heardSecondsAgo: count,
  version: said,
  siteFile: said,
  policy: said,
  set: said,
  problemsTotal: said,
  alarms: said,
  uplink: said,
  acknowledgementP99Seconds: said,
  storage: said,
  certificateEnds: said,
})
const set = object({
  digest,
  revision: count,
  title: text,
  signer: text,
  uploadedAt: time,
  uploadedBy: text,
})
const plan = {
  digest,
  revision: count,
  soakSeconds: number,
  failedPercent: number,
  silentSeconds: number,
}
const phase = oneOf(['running', 'paused', 'stopped', 'aborted', 'done'])
const wave = about('Place of the last wave that was asked; -1: none was.', { type: 'integer' })
const waves = list(object({ sites: count, asked: count, good: count, failed: count }))
const rollout = object({
  id: count,
  createdAt: time,
  createdBy: text,
  ...plan,
  phase,
  why: text,
  wave,
  waves,
  failures: list(object({ site: text, why: text })),
})
const member = object({
  site: text,
  wave: count,
  state: text,
  why: text,
  askedAt: orNull(time),
})
const certificate = object({
  serial: text,
  site: text,
  reason: text,
  issuedAt: time,
  endsAt: time,
  revokedAt: orNull(time),
})
const order = { 200: json(object({ id: count, phase, wave })) }

/** What people do with the fleet. */
export const fleetWords: RoutesWords = {
  'GET /api/v1/fleet/sites': {
    summary: 'What each site runs and how it is, in short.',
    answers: { 200: json(object({ sites: list(site) })) },
  },
  'GET /api/v1/fleet/audit': {
    summary: 'Who did what with the fleet, the newest first.',
    answers: { 200: json(object({ deeds: list(object({ time, who: text, what: text })) })) },
  },
  'GET /api/v1/fleet/sets': {
    summary: 'Sets that were uploaded.',
    answers: { 200: json(object({ sets: list(set) })) },
  },
  'PUT /api/v1/fleet/contents/{digest}': {
    summary: 'Something that a set will name.',
    body: { 'application/octet-stream': bytes },
    answers: { 200: json(object({ digest })) },
  },
  'POST /api/v1/fleet/sets': {
    summary: 'Upload a set, signed; what it names has to be here.',
    body: { 'application/octet-stream': bytes },
    answers: { 200: json(object({ digest, revision: count, signer: text })) },
  },
  'GET /api/v1/fleet/rollouts': {
    summary: 'Rollouts, the last first.',
    answers: { 200: json(object({ rollouts: list(rollout) })) },
  },
  'POST /api/v1/fleet/rollouts': {
    summary: 'Have sites run a set, wave after wave.',
    body: json(
      objectWith(
        { set: digest },
        {
          waves: about('Sizes such as "1", "5%", "rest", or lists of sites.', {
            anyOf: [list(text), list(list(text))],
          }),
          sites: about('Without it, all that have ever reported.', list(text)),
          soakSeconds: number,
          failedPercent: number,
          silentSeconds: number,
        },
      ),
    ),
    answers: {
      200: json(
        object({ id: count, ...plan, waves: about('Sites, each in one wave.', list(list(text))) }),
      ),
    },
  },
  'GET /api/v1/fleet/rollouts/{id}': {
    summary: 'How a rollout is with each of its sites.',
    answers: { 200: json(object({ id: count, sites: list(member) })) },
  },
  'POST /api/v1/fleet/rollouts/{id}/pause': {
    summary: 'No further wave.',
    answers: order,
  },
  'POST /api/v1/fleet/rollouts/{id}/resume': { summary: 'Go on.', answers: order },
  'POST /api/v1/fleet/rollouts/{id}/abort': {
    summary: 'Whoever has the set goes back.',
    answers: order,
  },
  'GET /api/v1/fleet/certificates': {
    summary: 'Certificates of sites.',
    answers: { 200: json(object({ certificates: list(certificate) })) },
  },
  'GET /api/v1/fleet/revocations': {
    summary: 'The list of revoked certificates, for a broker of another program.',
    answers: { 200: { 'application/x-pem-file': text } },
  },
  'POST /api/v1/fleet/tokens': {
    summary: 'A word with which one machine becomes the site, once.',
    body: json(object({ site: text })),
    answers: { 200: json(object({ token: text, ends: time, fingerprint: text })) },
  },
  'POST /api/v1/fleet/revocations': {
    summary: 'Let a site, or one certificate, in no more.',
    body: json({
      ...objectWith({}, { site: text, serial: text }),
      minProperties: 1,
    }),
    answers: { 200: json(object({ revoked: count })) },
  },
  'POST /api/v1/fleet/enrolments': {
    summary: 'A machine that has a token becomes a site.',
    body: json(object({ token: text, csr: about('PKCS #10, PEM.', text) })),
    answers: {
      200: json(
        objectWith(
          { site: text, certificate: text, ca: text },
          { mqttPort: count, brokerUrl: about('Of another program that sites connect to.', text) },
        ),
      ),
    },
  },
}
