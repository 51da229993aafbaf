import { controlPayload, rebirthPayload } from '../../payload/sparkplug/control.ts'
import type { SparkplugStation } from '../sparkplug.ts'
import type { Ending } from './desk.ts'
import type { Command } from './order.ts'
import type { Route } from './route.ts'

export interface Ways {
  readonly sparkplug: Pick<SparkplugStation, 'target'> | undefined
  /** Has somebody subscribed to this topic? */
  readonly hasListeners: (topic: string) => boolean
}

type Target = NonNullable<ReturnType<SparkplugStation['target']>>

/** How the command reaches the device, or why it cannot. */
export function routeTo(device: string, command: Command, ways: Ways): Route | Ending {
  const target = ways.sparkplug?.target(device)
  if (target !== undefined) return routeToNode(target, command)
  if (command.kind === 'rebirth')
    return refused('only an edge node of Sparkplug has births, and none of this name is known')
  const topic = commandTopic(device, command)
  return ways.hasListeners(topic)
    ? { kind: 'plain' }
    : failed(`the device has not subscribed to ${topic}`)
}

export function commandTopic(device: string, { kind }: Command): string {
  return `grid/${device}/commands/${kind}`
}

function routeToNode(target: Target, command: Command): Route | Ending {
  const { group, node, device, isOnline } = target
  if (!isOnline) return failed('it is offline: no birth since its death')
  const isNode = device === ''
  const where = { group, node, device }
  const topic = isNode ? `spBv1.0/${group}/NCMD/${node}` : `spBv1.0/${group}/DCMD/${node}/${device}`
  if (command.kind === 'rebirth') {
    return isNode
      ? { kind: 'sparkplug', topic, payload: rebirthPayload, expects: { ...where, kind: 'birth' } }
      : refused(`a rebirth is asked of the edge node, ${node}`)
  }
  const interval = command.kind === 'reporting-interval' ? command.seconds * 1000 : undefined
  const metric = `${isNode ? 'Node' : 'Device'} Control/${interval === undefined ? 'Read Now' : 'Scan Rate'}`
  const control = target.control(metric)
  if (control === undefined) return refused(`its birth has no metric ${metric}`)
  const value = interval ?? 1
  if (controlPayload(0, { control, value }) === undefined)
    return refused(`its ${metric} is of a type that has no room for ${value}`)
  const payload = (nowMs: number): Uint8Array =>
    controlPayload(nowMs, { control, value }) ?? new Uint8Array(0)
  const expects =
    interval === undefined
      ? ({ ...where, kind: 'data', metric } as const)
      : ({ ...where, kind: 'value', metric, value } as const)
  return { kind: 'sparkplug', topic, payload, expects }
}

function refused(detail: string): Ending {
  return { outcome: 'refused', detail }
}

function failed(detail: string): Ending {
  return { outcome: 'failed', detail }
}
