import type { NotifySettings } from '../site/notify.ts'
import { alertmanager } from './alertmanager.ts'
import type { Channel } from './delivery.ts'
import { email } from './email.ts'
import { webhook } from './webhook.ts'

export interface Road {
  readonly channel: Channel
  /** It passes on what it gets: the policy decides, wherever its host is. */
  readonly isOutside: boolean
}

/** How each contact is reached, by its name. */
export function roadsOf(settings: NotifySettings): ReadonlyMap<string, Road> {
  const { runbooks = '' } = settings
  const roads = [
    ...settings.email.map((each) => ({ each, channel: email(each) })),
    ...settings.webhook.map((each) => ({ each, channel: webhook(each) })),
    ...settings.alertmanager.map((each) => ({ each, channel: alertmanager(each, runbooks) })),
  ]
  return new Map(
    roads.map(({ each, channel }) => [each.name, { channel, isOutside: each.outside }]),
  )
}
