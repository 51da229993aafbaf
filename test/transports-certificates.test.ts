import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { Address } from '../src/core/address.ts'
import { connect } from '../src/mqtt/broker/client-packets.test.ts'
import { Stand } from '../src/mqtt/broker/stand.test.ts'
import type { PeerCertificate } from '../src/mqtt/ports.ts'
import type { TlsSettings } from '../src/mqtt/transport/secure-context.ts'
import { tlsServer } from '../src/mqtt/transport/tls.ts'
import { Transport } from '../src/mqtt/transport/transport.ts'
import { Wire } from './mqtt/wire.ts'
import { Certificates } from './transports/certificates.ts'

const skip = Certificates.skip
let certificates: Certificates
before(() => {
  if (skip !== false) return
  certificates = new Certificates()
  certificates.issue('edge')
  const altNames = 'DNS:meter-1.north-07,URI:urn:busbar:meter-1,IP:10.0.0.7'
  certificates.issue('meter', { subject: '/O=Grid/CN=meter-1', altNames })
  certificates.issue('two', { subject: '/CN=meter-1/CN=meter-2', altNames: '' })
  certificates.issue('none', { subject: '/O=Grid', altNames: 'URI:urn:say\\"hi\\"' })
})
after(() => {
  if (skip === false) certificates[Symbol.dispose]()
})

type Seen = PeerCertificate | undefined | 'nobody came'

/** A transport with one TLS listener; `seen` is what its gatekeeper was told last. */
class Gate implements AsyncDisposable {
  seen: Seen = 'nobody came'
  readonly #transport: Transport
  #address: Address | undefined

  static async open(clientCertificates: TlsSettings['clientCertificates']): Promise<Gate> {
    const stand = new Stand()
    const transport = new Transport(stand.broker)
    const gate = new Gate(transport)
    stand.gatekeeper.admit = ({ certificate }) => {
      gate.seen = certificate
      return 0
    }
    const settings: TlsSettings = { minimumVersion: 'TLSv1.3', clientCertificates }
    const server = tlsServer(transport, settings, {
      certificate: certificates.read('edge.pem'),
      key: certificates.read('edge.key'),
      clientCa: certificates.read('ca.pem'),
    })
    gate.#address = await transport.listen(server, { host: '127.0.0.1', port: 0 }, '')
    return gate
  }

  private constructor(transport: Transport) {
    this.#transport = transport
  }

  /** CONNECT with the certificate of that name; what the gatekeeper was told, and a session to resume. */
  async enter(
    name: string | undefined,
    session?: Buffer,
  ): Promise<{ seen: Seen; session: Buffer; resumed: boolean }> {
    this.seen = 'nobody came'
    const options: ConnectionOptions = {
      ...this.#address,
      ca: certificates.read('ca.pem'),
      ...(session === undefined ? {} : { session }),
    }
    if (name !== undefined) {
      options.cert = certificates.read(`${name}.pem`)
      options.key = certificates.read(`${name}.key`)
    }
    const socket = connectTls(options)
    let ticket: Buffer = Buffer.alloc(0)
    socket.on('session', (bytes: Buffer) => (ticket = bytes))
    await once(socket, 'secureConnect')
    const wire = Wire.over(socket)
    wire.send(connect('x'))
    await wire.line()
    const resumed = socket.isSessionReused()
    socket.destroy()
    return { seen: this.seen, session: ticket, resumed }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport.stop()
  }
}

const METER: PeerCertificate = {
  commonName: 'meter-1',
  subjectAltNames: ['DNS:meter-1.north-07', 'URI:urn:busbar:meter-1', 'IP Address:10.0.0.7'],
}

describe('what the gatekeeper is told of a certificate', { skip }, () => {
  test('subject and alternative names of one that is valid', async () => {
    await using gate = await Gate.open('required')
    assert.deepEqual((await gate.enter('meter')).seen, METER)
  })

  test('no common name where there are two, or none', async () => {
    await using gate = await Gate.open('optional')
    assert.deepEqual((await gate.enter('two')).seen, { commonName: '', subjectAltNames: [] })
    const { seen } = await gate.enter('none')
    assert.deepEqual(seen, { commonName: '', subjectAltNames: ['URI:urn:say"hi"'] })
  })

  test('nothing where none was shown, or none is asked for', async () => {
    await using optional = await Gate.open('optional')
    assert.equal((await optional.enter(undefined)).seen, undefined)
    await using none = await Gate.open('none')
    assert.equal((await none.enter('meter')).seen, undefined)
  })

  test('the same when a session is resumed: neither more nor less', async () => {
    await using gate = await Gate.open('optional')
    const shown = await gate.enter('meter')
    const again = await gate.enter('meter', shown.session)
    assert.deepEqual([again.resumed, again.seen], [true, METER])
    const open = await gate.enter(undefined)
    const openAgain = await gate.enter(undefined, open.session)
    assert.deepEqual([openAgain.resumed, openAgain.seen], [true, undefined])
  })
})
