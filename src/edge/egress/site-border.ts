import type { Border, Cleared, Leaving, Passage } from '../../api/egress/border.ts'
import { never } from '../../core/assert.ts'
import { peerNetwork } from '../../core/peer-network.ts'
import type { Gate, Verdict } from '../../policy/gate.ts'
import type { Road } from '../../policy/question.ts'
import { ExportRecord, type RecordContent } from '../../policy/record.ts'
import type { InsideNetwork } from '../access/inside-network.ts'

/** HTTP has no login: who asks is where he asks from, of IPv6 his network, or one could ask under any number of names. */
export function siteBorder(site: string, inside: InsideNetwork, gate: Pick<Gate, 'ask'>): Border {
  return {
    passage: (address, channel) =>
      inside.has(address)
        ? undefined
        : passageOf(site, gate, {
            destination: 'outside',
            channel,
            principal: peerNetwork(address),
          }),
  }
}

/** By one road to one principal. */
export function passageOf(site: string, gate: Pick<Gate, 'ask'>, road: Road): Passage {
  return {
    clear: async (records) => {
      const verdicts = await gate.ask(
        road,
        records.map((record) => exportRecord(site, record)),
      )
      return verdicts.map(clearedOf)
    },
  }
}

/** Before anything is read or sent the names are what is asked about, so there are no values that could be let out by mistake. */
function exportRecord(site: string, leaving: Leaving): ExportRecord {
  const { kind, subject, windowSeconds, members, names } = leaving
  const content: RecordContent = {
    kind,
    subject: subject === undefined ? { kind: 'site', id: site } : subjectOf(subject),
    windowSeconds,
    members,
    fields: Object.fromEntries(names.map((name) => [name, null])),
  }
  switch (leaving.class) {
    case 'raw':
      return ExportRecord.raw(content)
    case 'aggregate':
      return ExportRecord.aggregate(content)
    case 'event':
      return ExportRecord.event(content)
    case 'health':
      return ExportRecord.health(content)
    case 'inventory':
      return ExportRecord.inventory(content)
  }
  return never(leaving.class)
}

/** What is neither the site nor one of its parts that many share is taken for a single device. */
function subjectOf({
  kind,
  id,
}: {
  readonly kind: string
  readonly id: string
}): RecordContent['subject'] {
  switch (kind) {
    case 'site':
    case 'feeder':
    case 'transformer':
    case 'customer':
      return { kind, id }
    case 'voltageLevel':
      return { kind: 'site', id }
    default:
      return { kind: 'device', id }
  }
}

function clearedOf(verdict: Verdict): Cleared {
  if (verdict.kind === 'stays') return verdict
  const names = Object.keys(verdict.fields)
  // Whose it is stands in fields, too.
  const isAnybodys = verdict.redacted.includes('subject')
  const kept = isAnybodys ? names.filter((name) => !isOfSubject(name)) : names
  return { kind: 'leaves', names: new Set(kept) }
}

function isOfSubject(name: string): boolean {
  return name === 'subject' || name.startsWith('subject.')
}
