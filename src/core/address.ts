import { GridError } from './errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:1883`, `[::1]:1883`, `:1883` (every interface); `option` is named in the error. */
export function parseAddress(text: string, option: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) {
    throw new GridError('usage', `${option} ${text}: not an address`, {
      hint: `Write HOST:PORT, for example ${option} 127.0.0.1:1883.`,
    })
  }
  const host = match[1] ?? match[2] ?? ''
  return { host: host === '' ? '0.0.0.0' : host, port }
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Only this machine reaches it. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
