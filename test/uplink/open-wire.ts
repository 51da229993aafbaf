import { type Socket, connect } from 'node:net'
import { type EnvelopeFaults, Wire } from '../../src/simulator/fleet/wire.ts'

/** A link to a program whose address, HOST:PORT, is asked for each connection: it may have been started again. */
export async function openWire(
  target: () => string,
  envelopes?: Omit<EnvelopeFaults, 'onDuplicate'>,
): Promise<Wire> {
  return Wire.open({
    connect: () => connectTo(target()),
    ...(envelopes && { envelopes: { ...envelopes, onDuplicate: () => {} } }),
  })
}

export function connectTo(address: string): Socket {
  const [host = '', port] = address.split(':')
  return connect({ host, port: Number(port) })
}
