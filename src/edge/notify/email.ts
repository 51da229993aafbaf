import { type Socket, connect, isIP } from 'node:net'
import { createTransport } from 'nodemailer'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { EmailSettings } from '../site/notify.ts'
import { type Channel, type Destination, readSecret, readText } from './delivery.ts'

const SUBMISSION_PORT = 587
const SUBMISSIONS_PORT = 465

/** Over SMTP, with TLS from the beginning or by STARTTLS, and never without unless the site file says so. */
export function email(settings: EmailSettings): Channel {
  const { server, startTls, user, passwordFile, ca, from, to } = settings
  const { protocol, hostname, port: given } = new URL(server)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isImplicit = protocol === 'smtps:'
  const port = given === '' ? (isImplicit ? SUBMISSIONS_PORT : SUBMISSION_PORT) : Number(given)
  return {
    kind: 'email',
    host,
    async deliver({ id, site, text, sentAt }, destination, signal) {
      const tls = {
        // The certificate has to hold for the host that is named, not for the address that it has today.
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ...(ca === undefined ? {} : { ca: readText(ca) }),
      }
      const auth =
        user === undefined || passwordFile === undefined
          ? {}
          : { auth: { user, pass: readSecret(passwordFile) } }
      const limit = AbortSignal.any([signal, AbortSignal.timeout(limits.deliveryMs)])
      const socket = await opened(destination, port, limit)
      const transport = createTransport({
        host,
        port,
        secure: isImplicit,
        requireTLS: !isImplicit && startTls === 'required',
        ignoreTLS: !isImplicit && startTls === 'never',
        name: `${site}.busbar`,
        disableFileAccess: true,
        disableUrlAccess: true,
        tls,
        ...auth,
        getSocket: (_options, use) => use(null, { connection: socket }),
      })
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: text.subject,
          text: text.body,
          date: sentAt,
          messageId: `<${id}@${site}.busbar>`,
          headers: { 'auto-submitted': 'auto-generated' },
        })
      } catch (cause) {
        const why = limit.aborted
          ? `not done within ${limits.deliveryMs / 1000} s`
          : errorText(cause)
        throw new GridError('unreachable', `${host}:${port}: ${why}`, { cause })
      } finally {
        socket.destroy()
      }
    },
  }
}

/** A connection that ends with `limit`, whatever state the conversation over it is in. */
async function opened(to: Destination, port: number, limit: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({ host: to.address, port, signal: limit })
  socket.once('connect', resolve)
  socket.on('error', (cause) =>
    reject(new GridError('unreachable', `${to.host}:${port}: ${cause.message}`, { cause })),
  )
  await promise
  return socket
}
