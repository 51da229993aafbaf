import { readParameters } from './parameters.ts'
import type { AccountInfo } from './ports.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Route, RouteContext } from './route.ts'
import { listText, textStream } from './text-stream.ts'

/** `GET /api/v1/ledger`. The totals are those of the lines shown, taken from the same moment. */
export function ledgerRoute(context: RouteContext): ClassifiedRoute {
  return {
    kind: 'whole',
    class: 'inventory',
    names: ['devices', 'totals'],
    answer: answer(context),
  }
}

function answer({ view, report }: RouteContext): Route {
  return (request, reply) => {
    const { device } = readParameters(request.query, ['device'])
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const shown = view
      .accounts()
      .filter((account) => device === undefined || account.device === device)
    const format = {
      head: '{"devices":[',
      item: lineOf,
      tail: () => `\n],"totals":${JSON.stringify(totalsOf(shown))}}\n`,
    }
    return reply.send(textStream(listText(shown, format), report))
  }
}

type Totals = Omit<AccountInfo, 'device'>

function lineOf(account: AccountInfo): string {
  const { device, received, stored, duplicates, refused, inFlight, thinned, thinnedWindows } =
    account
  const readings = { device, received, stored, duplicates, refused, inFlight, thinned }
  return JSON.stringify({ ...readings, thinnedWindows })
}

export function totalsOf(accounts: readonly AccountInfo[]): Totals {
  const totals = {
    received: 0,
    stored: 0,
    duplicates: 0,
    inFlight: 0,
    thinned: 0,
    thinnedWindows: 0,
  }
  const refused: Record<string, number> = {}
  for (const account of accounts) {
    totals.received += account.received
    totals.stored += account.stored
    totals.duplicates += account.duplicates
    totals.inFlight += account.inFlight
    totals.thinned += account.thinned
    totals.thinnedWindows += account.thinnedWindows
    for (const [reason, readings] of Object.entries(account.refused)) {
      refused[reason] = (refused[reason] ?? 0) + readings
    }
  }
  return { ...totals, refused }
}
