import { createServer } from 'node:net'
import { type Address, formatAddress } from '../../core/address.ts'
import { errorCode } from '../../core/errors.ts'
import type { Check } from './check.ts'

/** Whether each can be listened on now. */
export function portChecks(addresses: readonly Address[]): Promise<readonly Check[]> {
  return Promise.all(addresses.map(portCheck))
}

async function portCheck(address: Address): Promise<Check> {
  const name = `port ${address.port}`
  const code = await refusal(address)
  if (code === '') return { name, state: 'good', text: `${formatAddress(address)} is free` }
  const advice =
    code === 'EADDRINUSE'
      ? `ss -ltnp 'sport = :${address.port}' names the program: stop it, or choose another port.`
      : 'Choose an address of this machine, and a port above 1023 unless root starts the edge.'
  const text = `${formatAddress(address)}: ${code === 'EADDRINUSE' ? 'taken by a program' : code}`
  return { name, state: 'bad', text, advice }
}

function refusal({ host, port }: Address): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(errorCode(error)))
    server.listen({ host, port }, () => server.close(() => resolve('')))
  })
}
