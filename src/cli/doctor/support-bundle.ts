import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import manifest from '../../../package.json' with { type: 'json' }
import { GridError } from '../../core/errors.ts'
import { PROGRAM_FOLDER } from '../../core/program-folder.ts'
import { type Micros, formatTime } from '../../core/time.ts'
import { policyChoice } from '../../edge/site/policy-choice.ts'
import type { Site } from '../../edge/site/site.ts'
import { Questions } from '../../policy/question.ts'
import { ExportRecord, type RecordContent } from '../../policy/record.ts'
import { load } from '../../policy/thread/chosen-policy.ts'
import type { Answers } from './answers.ts'
import type { Check } from './check.ts'
import { Scrubber } from './scrubber.ts'
import { settingsOutline } from './settings-outline.ts'
import { deviceNames, storeOutline } from './store-outline.ts'

export interface Collected {
  readonly site: Site | undefined
  /** Data folder. */
  readonly directory: string | undefined
  readonly answers: Answers | string
  readonly machine: readonly Check[]
  readonly log: readonly string[]
  readonly now: Micros
  /** Who gets it: the utility's own people, or anybody else. */
  readonly destination: 'centre' | 'outside'
}

type Sections = Readonly<Record<string, unknown>>

/**
 * What somebody far away needs to help, in one file that can be read before it is sent. No reading is looked at; what sentences and the
 * log say of devices, numbers and secrets is taken out; and the policy of the site is asked about every section.
 *
 * @returns the sections that stayed, with why
 */
export async function writeSupportBundle(
  path: string,
  collected: Collected,
): Promise<readonly string[]> {
  const { now } = collected
  const health = healthOf(collected)
  const inventory = inventoryOf(collected)
  const asked = [
    ...Object.keys(health).map((name) => [name, 'health'] as const),
    ...Object.keys(inventory).map((name) => [name, 'inventory'] as const),
  ]
  const all: Sections = { ...health, ...inventory }
  const scrubber = new Scrubber(namesIn(collected))
  const made = { made: formatTime(now), busbar: manifest.version, node: process.versions.node }
  const stayed: string[] = []
  const leaving: Record<string, unknown> = { ...made }
  for (const [name, recordClass] of asked) {
    const refusal = await refusalOf(collected, name, recordClass)
    if (refusal === '') leaving[name] = scrubber.value(all[name])
    else stayed.push(`${name}: ${refusal}`)
  }
  writeFileSync(path, `${JSON.stringify({ ...leaving, stayed }, undefined, 1)}\n`, { mode: 0o600 })
  return stayed
}

function healthOf({ answers, machine, log }: Collected): Sections {
  if (typeof answers === 'string') return { edge: answers, machine, log }
  const { health, metrics, processors, uplink } = answers
  const policy = [...metrics].filter(([name]) => name.startsWith('busbar_policy_'))
  return {
    health,
    metrics: Object.fromEntries(metrics),
    policy: Object.fromEntries(policy),
    processors,
    uplink,
    machine,
    log,
  }
}

function inventoryOf({ site, directory }: Collected): Sections {
  return {
    ...(site === undefined ? {} : { settings: settingsOutline(site) }),
    ...(directory === undefined ? {} : { store: storeOutline(directory) }),
  }
}

function* namesIn({ site, directory }: Collected): Generator<string> {
  for (const { id } of site?.devices ?? []) yield id
  for (const { name } of site?.clients ?? []) yield name
  if (directory !== undefined) yield* deviceNames(directory)
}

/** Why it has to stay; empty: it may go. The decision is made here and stands in no log: the edge has the only pen. */
async function refusalOf(
  { site, destination }: Collected,
  name: string,
  recordClass: 'health' | 'inventory',
): Promise<string> {
  const id = site?.site.id ?? 'unknown'
  const folder = fileURLToPath(new URL('policy', PROGRAM_FOLDER))
  const policy = load(
    site === undefined ? { kind: 'shipped', folder } : policyChoice(site.policy, folder),
  )
  const road = { destination, channel: 'support-bundle', principal: 'support' } as const
  const subject = { kind: 'site', id } as const
  const content: RecordContent = {
    kind: name,
    subject,
    windowSeconds: 0,
    members: 0,
    fields: { [name]: null },
  }
  const record = ExportRecord[recordClass](content)
  const answer = await policy.evaluate(new Questions(id, road).about(record))
  if (answer.kind === 'failed') return answer.text
  const { allow, reason, redact } = answer.decision
  if (!allow) return reason
  return redact.includes(name) ? 'the policy takes it away' : ''
}

export function requireJson(path: string): void {
  if (path.endsWith('.json')) return
  throw new GridError('usage', `--bundle ${path}: a file that ends with .json is needed`)
}
