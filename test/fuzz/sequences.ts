import {
  connect,
  disconnect,
  pingreq,
  property,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  subscribe,
  unsubscribe,
} from '../../src/mqtt/broker/client-packets.test.ts'
import type { Random } from '../../src/core/random.ts'

const READING = '{"ts":1764000000000,"values":{"voltage.a":230.1}}'
const PROPERTIES = [property.user('k', 'v'), property.messageExpiry(9), property.contentType('t')]

/** What a client that behaves might send, packet by packet: what is damaged begins as something that nearly works. */
export function validSequence(random: Random): Buffer[] {
  const below = (limit: number): number => Math.floor(random() * limit)
  const version = below(4) === 0 ? 4 : 5
  const device = `fuzz-${below(20)}`
  const properties = version === 5 && below(2) === 0 ? PROPERTIES : []
  const will = { topic: `will/${device}`, payload: 'gone', qos: below(3), retain: below(2) === 0 }
  const session = version === 5 ? [property.sessionExpiry(below(30)), property.aliasMaximum(4)] : []
  const packets = [
    connect(device, {
      version,
      clean: below(2) === 0,
      keepAlive: below(3),
      properties: session,
      ...(below(2) === 0 ? { will } : {}),
    }),
  ]
  for (let count = below(12); count > 0; count--) {
    const id = 1 + below(20)
    const qos = below(3)
    const kinds = [
      () => publish(`grid/${device}/readings`, READING, { version, qos, id }),
      () => publish(`note/${below(9)}`, 'x'.repeat(below(3000)), { version, qos, id, properties }),
      () => publish('kept/fuzz', READING, { version, qos, id, retain: true }),
      () => publish('', 'x', { qos, id, properties: [property.alias(1 + below(3))] }),
      () => publish('note/a', 'x', { qos, id, properties: [property.alias(1 + below(3))] }),
      () =>
        subscribe({ 'note/#': qos, [`kept/+`]: below(3), '$share/g/note/1': 1 }, { version, id }),
      () => unsubscribe(['note/#', 'none'], { version, id }),
      () => puback(id),
      () => pubrec(id),
      () => pubrel(id),
      () => pubcomp(id),
      () => pingreq,
      () => disconnect(),
    ]
    packets.push((kinds[below(kinds.length)] as () => Buffer)())
  }
  return packets
}
