import type { Border, Cleared, Leaving, Passage } from '../../api/egress/border.ts'
import { peerNetwork } from '../../core/peer-network.ts'
import type { Gate, Verdict } from '../../policy/gate.ts'
import type { Road } from '../../policy/question.ts'
import { ExportRecord } from '../../policy/record.ts'
import type { InsideNetwork } from '../access/inside-network.ts'
import type { Subjects } from './subjects.ts'

/** HTTP has no login: who asks is where he asks from, of IPv6 his network, or one could ask under any number of names. */
export function siteBorder(
  subjects: Subjects,
  inside: InsideNetwork,
  gate: Pick<Gate, 'ask'>,
): Border {
  return {
    passage: (address, channel) =>
      inside.has(address)
        ? undefined
        : passageOf(subjects, gate, {
            destination: 'outside',
            channel,
            principal: peerNetwork(address),
          }),
  }
}

/** By one road to one principal. */
export function passageOf(subjects: Subjects, gate: Pick<Gate, 'ask'>, road: Road): Passage {
  return {
    clear: async (records) => {
      const verdicts = await gate.ask(
        road,
        records.map((record) => exportRecord(subjects, record)),
      )
      return verdicts.map(clearedOf)
    },
  }
}

/** Before anything is read or sent the names are what is asked about, so there are no values that could be let out by mistake. */
function exportRecord(subjects: Subjects, leaving: Leaving): ExportRecord {
  const { kind, subject, windowSeconds, members, names } = leaving
  return ExportRecord[leaving.class]({
    kind,
    subject: subjects.of(subject),
    windowSeconds,
    members,
    fields: Object.fromEntries(names.map((name) => [name, null])),
  })
}

function clearedOf(verdict: Verdict): Cleared {
  if (verdict.kind !== 'leaves') return { kind: 'stays', reason: verdict.reason }
  const names = Object.keys(verdict.fields)
  // Whose it is stands in fields, too.
  const isAnybodys = verdict.redacted.includes('subject')
  const kept = isAnybodys ? names.filter((name) => !isOfSubject(name)) : names
  return { kind: 'leaves', names: new Set(kept) }
}

function isOfSubject(name: string): boolean {
  return name === 'subject' || name.startsWith('subject.')
}
