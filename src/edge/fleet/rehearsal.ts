import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { GridError } from '../../core/errors.ts'
import type { Role } from '../../fleet/set.ts'
import { checkModule } from '../../kernel/module-check.ts'
import { openPackage } from '../../kernel/package.ts'
import { Trial } from '../../kernel/trial.ts'
import { faultOf, parseExamples } from '../../policy/examples.ts'
import type { Evaluator } from '../../policy/decision.ts'
import { load } from '../../policy/thread/chosen-policy.ts'
import { requireTrust } from '../processors/own-packages.ts'
import { policyChoice } from '../site/policy-choice.ts'
import { type Site, parseSite } from '../site/site.ts'
import { writeDurably } from './durable-file.ts'

export interface RehearsalOrder {
  readonly site: string
  readonly siteFile: string
  /** Data folder of the edge. */
  readonly directory: string
  /** Of the rules that come with the program. */
  readonly shippedFolder: string
  readonly files: readonly { readonly role: Role; readonly name: string; readonly path: string }[]
}

export interface Rehearsed {
  /** The name beside the site file that a policy of the set is given; empty: there is none. */
  readonly policyName: string
  /** The way to the centre is another one. */
  readonly changesUplink: boolean
}

/** Tries a set before anything of it is put in its place. @throws GridError that says what of it would not work here. */
export async function rehearse(order: RehearsalOrder): Promise<Rehearsed> {
  const site = siteOf(order)
  const changesUplink = compareUplink(order, site)
  const policyName = await tryPolicy(order, site)
  for (const { role, name, path } of order.files)
    if (role === 'processor') tryProcessor({ name, path }, site)
  return { policyName, changesUplink }
}

function siteOf({ site: id, siteFile, files }: RehearsalOrder): Site {
  const given = files.find(({ role }) => role === 'site')
  const site = parseSite(readFileSync(given?.path ?? siteFile, 'utf8'), siteFile)
  if (site.site.id === id) return site
  throw new GridError('input', `the site file is of ${site.site.id}, and this is ${id}`)
}

/** @throws GridError where nobody could ever take the set back from the centre. */
function compareUplink({ siteFile }: RehearsalOrder, { uplink }: Site): boolean {
  if (uplink === undefined)
    throw new GridError('input', 'the site file has no uplink, and no centre would reach this edge')
  const { uplink: before } = parseSite(readFileSync(siteFile, 'utf8'), siteFile)
  return wayOf(before) !== wayOf(uplink)
}

/** How fast a backlog goes is no other way. */
function wayOf(uplink: Site['uplink']): string {
  return JSON.stringify({ ...uplink, backfillRecordsPerSecond: 0 })
}

async function tryPolicy(order: RehearsalOrder, site: Site): Promise<string> {
  const find = (wanted: Role): string | undefined =>
    order.files.find(({ role }) => role === wanted)?.path
  const bundle = find('policy')
  const choice = policyChoice(site.policy, order.shippedFolder)
  const isBeside = choice.kind === 'site' && dirname(choice.path) === dirname(order.siteFile)
  if (bundle !== undefined && !isBeside) {
    throw new GridError(
      'input',
      'the set has a policy, and the site file names none beside itself',
      {
        hint: 'policy.bundle of the site file is a name without a folder.',
      },
    )
  }
  if (choice.kind === 'server') return ''
  const folder = join(order.directory, 'fleet', 'rehearsal')
  try {
    let path = ''
    if (choice.kind === 'site' && bundle !== undefined) {
      mkdirSync(folder, { recursive: true })
      path = join(folder, basename(choice.path))
      writeDurably(path, readFileSync(bundle))
      writeDurably(`${path}.sig`, readFileSync(find('policy-signature') ?? `${choice.path}.sig`))
    }
    const tried = choice.kind === 'site' && path !== '' ? { ...choice, path } : choice
    await askPolicy(load(tried), find('policy-examples'))
    return choice.kind === 'site' && path !== '' ? basename(choice.path) : ''
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function askPolicy(policy: Evaluator, examples: string | undefined): Promise<void> {
  const answer = await policy.evaluate(JSON.stringify(QUESTION))
  if (answer.kind === 'failed') throw new GridError('input', `the policy: ${answer.text}`)
  if (examples === undefined) return
  for (const example of parseExamples(readFileSync(examples, 'utf8'), 'examples of the policy')) {
    const fault = await faultOf(policy, example)
    if (fault !== '') throw new GridError('differs', `the policy: ${example.name}: ${fault}`)
  }
}

/** What an edge asks whatever it does. */
const QUESTION = {
  action: 'export',
  data_stays_local: false,
  destination: 'centre',
  channel: 'uplink',
  principal: 'rehearsal',
  site: 'rehearsal',
  record: {
    class: 'health',
    kind: 'report',
    subject: { kind: 'site', id: 'rehearsal' },
    window: 0,
    members: 1,
    fields: ['version'],
  },
}

function tryProcessor({ name, path }: { name: string; path: string }, { processors }: Site): void {
  const found = openPackage(readFileSync(path, 'utf8'), `processor ${name}`)
  const { manifest, bytes } = found
  requireTrust(found, processors)
  if (manifest.name !== name)
    throw new GridError('input', `processor ${name} calls itself ${manifest.name}`)
  checkModule(bytes, name)
  const trial = new Trial({ manifest, bytes }, { settings: processors.own[name] ?? {} })
  const quantities = manifest.reads.map((each) => each.replace('*', 'a'))
  for (let second = 0; second < SECONDS; second++) {
    const time = second * 1_000_000
    trial.feed(quantities.map((quantity) => ({ subject: 'rehearsal', quantity, time, value: 50 })))
    trial.tick(time)
  }
}

/** Long enough for windows of a quarter of an hour to close. */
const SECONDS = 1000
