import { createHmac } from 'node:crypto'
import type { WebhookSettings } from '../site/notify.ts'
import { type Channel, readSecret } from './delivery.ts'
import { post } from './post.ts'

/** JSON, signed with a secret that both ends have: whoever receives it knows who sent it, when, and that nobody changed it. */
export function webhook({ url: address, secretFile, ca }: WebhookSettings): Channel {
  const url = new URL(address)
  return {
    kind: 'webhook',
    host: url.hostname,
    async deliver({ id, site, language, sentAt, text, notices }, destination, signal) {
      const { subject, body: words } = text
      const head = { id, site, language, sentAt: sentAt.toISOString(), test: notices.length === 0 }
      const body = JSON.stringify({ ...head, subject, text: words, notices })
      const seconds = Math.floor(sentAt.getTime() / 1000)
      const headers = {
        'x-busbar-delivery': id,
        'x-busbar-signature': signature(readSecret(secretFile), seconds, body),
      }
      await post({ url, headers, body, ca }, destination, signal)
    },
  }
}

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 of the seconds, a dot and the body, so that an old message cannot be sent again as a new one. */
export function signature(secret: string, seconds: number, body: string): string {
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${digest}`
}
