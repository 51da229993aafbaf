import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Socket, connect as connectSocket } from 'node:net'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { connect } from '../broker/client-packets.test.ts'
import { Stand } from '../broker/stand.test.ts'
import { Arrivals } from './arrivals.ts'
import { tcpServer } from './tcp.ts'
import { Transport } from './transport.ts'

describe('arrivals', () => {
  test('a burst, then so many a second, of each address', () => {
    const arrivals = new Arrivals(10)
    const burst = 10 * limits.connectionBurstSeconds
    for (let count = 0; count < burst; count++) assert.ok(arrivals.admits('10.0.0.1', 0))
    assert.ok(!arrivals.admits('10.0.0.1', 0))
    assert.ok(!arrivals.admits('::ffff:10.0.0.1', 99))
    assert.ok(arrivals.admits('10.0.0.2', 0))
    assert.ok(arrivals.admits('10.0.0.1', 100))
    assert.ok(!arrivals.admits('10.0.0.1', 100))
    assert.equal(arrivals.refused, 3)
  })

  test('all of a /64 are one', () => {
    const arrivals = new Arrivals(1)
    for (let count = 0; count < limits.connectionBurstSeconds; count++) {
      assert.ok(arrivals.admits(`2001:db8::${count}`, 0))
    }
    assert.ok(!arrivals.admits('2001:db8::ffff', 0))
    assert.ok(arrivals.admits('2001:db8:0:1::1', 0))
  })

  test('so many are remembered, and whoever was quiet is forgotten', () => {
    const arrivals = new Arrivals(1)
    for (let count = 0; count < limits.connectionAddresses + 3; count++) {
      arrivals.admits(`10.${count >> 8}.${count & 255}.1`, 0)
    }
    assert.equal(arrivals.size, limits.connectionAddresses)
    arrivals.tick(999)
    assert.equal(arrivals.size, limits.connectionAddresses)
    arrivals.tick(1000)
    assert.equal(arrivals.size, 0)
  })

  test('one too many is closed before anybody hears of it', async () => {
    const stand = new Stand()
    const transport = new Transport(stand.broker, 0.1)
    const server = tcpServer(transport)
    const address = await transport.listen(server, { host: '127.0.0.1', port: 0 }, '')
    const open = (): Socket => connectSocket({ ...address }).on('error', () => {})
    const [first, second, third] = [open(), open(), open()]
    first.write(connect('first'))
    second.write(connect('second'))
    await Promise.all([once(first, 'data'), once(second, 'data'), once(third, 'close')])
    assert.equal(transport.arrivals.refused, 1)
    assert.equal(stand.broker.counters.connections, 2)
    first.destroy()
    second.destroy()
    await transport.stop()
  })
})
