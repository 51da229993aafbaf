import { GridError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import type { ReadingsQuery } from '../../store/reader/readings-query.ts'
import type { QuerySource } from './source.ts'

/** Nothing in the range is an answer; a name that nobody has is a mistake. */
export async function explainNothing(
  source: QuerySource,
  { device, quantity }: ReadingsQuery,
): Promise<void> {
  const devices = new Set<string>()
  const quantities = new Set<string>()
  for await (const point of source.points(undefined)) {
    devices.add(point.device)
    if (device === undefined || point.device === device) quantities.add(point.quantity)
  }
  if (device !== undefined && !devices.has(device)) throw unknownName('device', device, devices)
  if (quantity !== undefined && !quantities.has(quantity)) {
    throw unknownName(
      device === undefined ? 'quantity' : `quantity of ${device}`,
      quantity,
      quantities,
    )
  }
  process.stderr.write('busbar: no readings in this range\n')
}

function unknownName(what: string, name: string, known: ReadonlySet<string>): GridError {
  const near = nearest(name, known, 3)
  return new GridError('not-found', `${name}: no ${what} has that name`, {
    hint:
      near.length > 0
        ? `Is ${near.join(' or ')} meant?`
        : `${known.size} are known; busbar query --points lists them.`,
  })
}
