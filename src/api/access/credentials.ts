import type { FastifyRequest } from 'fastify'
import type { Shown } from '../../core/access.ts'

export const SESSION_COOKIE = 'busbar_session'

/** What a request shows of who makes it. Where it comes from says its connection: what a header says of that is anybody's claim. */
export function shownBy({ headers, socket }: FastifyRequest): Shown {
  const address = socket.remoteAddress ?? ''
  return {
    address,
    isHere: isLoopback(address) && isOwnName(headers.host) && !isHandedOn(headers),
    isOpen: !('encrypted' in socket && socket.encrypted === true),
    session: cookieOf(headers.cookie),
    token: /^Bearer ([\w.~+/=-]{1,200})$/i.exec(headers.authorization ?? '')?.[1],
    isIdle: headers['x-busbar-idle'] === '1',
  }
}

/** For this browser alone, never in a request that another site's page makes, out of reach of scripts. */
export function sessionCookie(
  session: string,
  { seconds, isOpen }: { readonly seconds: number; readonly isOpen: boolean },
): string {
  const secure = isOpen ? '' : '; Secure'
  return `${SESSION_COOKIE}=${session}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`
}

function cookieOf(header = ''): string | undefined {
  return /(?:^|;\s*)busbar_session=([\w-]{1,200})(?:;|$)/.exec(header)?.[1]
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address)
}

/** A page of another site may have its name lead here; then its name is not one of ours. */
function isOwnName(host = ''): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(host)
}

/** A proxy on this machine asks for others. */
function isHandedOn(headers: FastifyRequest['headers']): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => name in headers)
}
