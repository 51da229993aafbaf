import { readCount } from '../api/parameters.ts'
import { GridError } from '../core/errors.ts'
import type { Args, Command } from './command.ts'
import { type AuditPage, auditOfFolder } from './query/audit-page.ts'
import { EdgeSource } from './query/edge-source.ts'
import { Output } from './query/output.ts'
import { tableLines } from './query/table-text.ts'

const TITLES = ['time', 'who', 'address', 'device', 'command', 'outcome', 'ms', 'detail'] as const

export const command: Command = {
  name: 'audit',
  summary: 'Who sent which command to which device, and what came of it.',
  options: {
    data: { value: 'DIR', help: 'data folder of an edge, running or not' },
    url: { value: 'URL', help: 'HTTP address of an edge, instead of --data' },
    device: { value: 'NAME', help: 'of this device only' },
    limit: { value: 'COUNT', help: 'the newest COUNT records only', default: '100' },
    json: { help: 'the records as JSON' },
  },
  example: 'busbar audit --data var/demo --device f1-meter-001',
  async run(args) {
    const [extra] = args.positionals
    if (extra !== undefined) throw usage(`${extra}: busbar audit takes options only`)
    const page = await pageOf(args)
    await new Output(process.stdout).write(args.flag('json') ? jsonText(page) : tableText(page))
    return 0
  },
}

async function pageOf(args: Args): Promise<AuditPage> {
  const data = args.optional('data')
  const url = args.optional('url')
  const limit = readCount(args.required('limit'), '--limit')
  const query = { device: args.optional('device'), limit }
  if (data !== undefined && url === undefined) return auditOfFolder(data, query)
  if (url !== undefined && data === undefined) return new EdgeSource(url).audit(query)
  throw usage('busbar audit reads from one place: --data DIR or --url URL')
}

function jsonText({ records, dropped }: AuditPage): string {
  const lines = records.map((record) => JSON.stringify(record))
  return `{"audit":[\n${lines.join(',\n')}\n],"dropped":${dropped}}\n`
}

/** The newest at the end, where a person looks first. */
function tableText({ records, dropped }: AuditPage): string {
  const rows = records.toReversed().map((record) => {
    const { time, who, address, device, command: name, outcome, durationMs, detail } = record
    const ms = durationMs === null ? '' : String(durationMs)
    return [time, who, address, device, name, outcome, ms, detail].map(printable)
  })
  const lines = [[...TITLES], ...rows]
  const widths = TITLES.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)))
  const gone = dropped === 0 ? '' : `${dropped} older records made room for these\n`
  return rows.length === 0 ? 'no command was asked for\n' : gone + tableLines(lines, widths, 6)
}

/** Names and details come from others: what they hold must not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
}

function usage(text: string): GridError {
  return new GridError('usage', text, { hint: command.example })
}
