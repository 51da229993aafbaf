import type { Connect } from '../packet/connect.ts'
import type { Exchange, Gatekeeper, Verdict } from '../ports.ts'
import { Authentication } from './authentication.ts'
import type { Connection } from './connection.ts'
import { Login } from './login.ts'

export interface Arrival {
  readonly connection: Connection
  readonly connect: Connect
  /** That `connect` was decoded from. */
  readonly body: Buffer
}

/** Whom the gatekeeper lets in, by password and certificate or by the method of CONNECT; undefined: it is not known yet. */
export function admission(gatekeeper: Gatekeeper, arrival: Arrival): Verdict | undefined {
  const { connection, connect, body } = arrival
  const { remote, certificate } = connection.sink
  const { clientId, userName, password, properties } = connect
  const stranger = { clientId, remote, certificate, userName }
  const method = properties.authenticationMethod
  if (method === undefined) {
    return connection.verdict((later) => gatekeeper.admit({ ...stranger, password }, later))
  }
  const open = (): Exchange | undefined => gatekeeper.exchange(stranger, method)
  connection.login ??= new Login(body, connect, {
    authentication: new Authentication(method, open),
    sink: connection.sink,
  })
  return connection.login.verdict
}
