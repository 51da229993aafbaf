import type { Gatekeeper } from '../mqtt/ports.ts'
import { reason } from '../mqtt/reasons.ts'
import type { Site } from './site/site.ts'

/** Where the site file allows no anonymous access nobody comes in; credentials are the next capability. */
export function siteGatekeeper({ anonymous, anyTopic }: Site['access']): Gatekeeper {
  return {
    admit: () => (anonymous ? reason.success : reason.notAuthorised),
    mayPublish: (_, topic) => isPublishable(topic) && (anyTopic || topic.startsWith('grid/')),
    maySubscribe: () => anonymous,
  }
}

/** `$` topics are the server's own [MQTT-4.7.2-1]. */
function isPublishable(topic: string): boolean {
  return !topic.startsWith('$')
}
