import {
  connect,
  packet,
  pingreq,
  property,
  publish,
  pubrel,
  subscribe,
  text,
  u16,
  unsubscribe,
  varint,
} from '../../src/mqtt/broker/client-packets.test.ts'
import { type Habit, flood } from './swarm.ts'

export interface Attack {
  readonly connections: number
  readonly habit: Habit
}

const READING = '{"values":{"voltage.a":230}}'
const FOREVER = { clean: false, properties: [property.sessionExpiry(3600)] }

/** Every way in which a client may be hostile by itself; each is run by a process of its own, beside a client that is not. */
export const attacks: Readonly<Record<string, Attack>> = {
  /** A byte of CONNECT every now and then, from as many connections as the edge lets wait. */
  slowloris: {
    connections: 1000,
    habit: {
      begin: (socket) => socket.write(Buffer.from([0x10])),
      repeat: { everyMs: 250, act: (socket) => socket.write(Buffer.from([0xff])) },
    },
  },

  /** A CONNECT whose length is the largest there may be, and which comes to all but its last byte. */
  'CONNECT without end': {
    connections: 200,
    habit: {
      begin: (socket) => socket.write(Buffer.concat([Buffer.from([0x10]), varint(262_000)])),
      repeat: { everyMs: 20, act: (socket) => socket.write(Buffer.alloc(4096, 0x61)) },
    },
  },

  /** As many filters as a packet holds, over and over. */
  'subscribe bombs': {
    connections: 10,
    habit: {
      begin: (socket, n) => {
        const filters = Array.from({ length: 30_000 }, (_, at) => `e/${n}/${at}`)
        const some = filters.slice(0, 20_000)
        const bomb = subscribe(Object.fromEntries(some.map((filter) => [filter, 1])))
        const undo = unsubscribe(some)
        socket.write(connect(`bomb-${n}`))
        flood(socket, () => Buffer.concat([bomb, undo]))
      },
    },
  },

  /** Subscriptions to every mixture of a level and a wildcard, and messages that match them all. */
  'deep topics': {
    connections: 40,
    habit: {
      begin: (socket, n) => {
        socket.write(connect(`deep-${n}`))
        const filters = Array.from({ length: 250 }, (_, at) => mixture(n * 250 + at))
        socket.write(subscribe(Object.fromEntries(filters.map((filter) => [filter, 0]))))
        const message = publish(Array<string>(31).fill('a').join('/'), '')
        if (n % 10 === 0) flood(socket, () => Buffer.concat(Array<Buffer>(500).fill(message)))
      },
    },
  },

  /** Aliases that change their topic with every message, and at last one that is not allowed. */
  'alias abuse': {
    connections: 20,
    habit: {
      begin: (socket, n) => {
        socket.write(connect(`alias-${n}`))
        let at = 0
        const next = (): Buffer => {
          const properties = [property.alias(1 + (at % 16))]
          const topic = `grid/${'a'.repeat(900)}-${at++ % 999}/x`
          return Buffer.concat([
            publish(topic, 'x', { properties }),
            publish('', 'x', { properties }),
            at % 5000 === 0 ? publish('', 'x', { properties: [property.alias(17)] }) : pingreq,
          ])
        }
        flood(socket, () => Buffer.concat(Array.from({ length: 50 }, next)))
      },
    },
  },

  /** Packet ids that are taken and never given back, in sessions that stay; and acknowledgements of what was never sent. */
  'packet-id exhaustion': {
    connections: 20,
    habit: {
      begin: (socket, n, round) => {
        socket.write(connect(`ids-${n}-${round % 10}`, FOREVER))
        let id = 0
        const next = (): Buffer => {
          id = (id % 65_535) + 1
          const message = publish(`grid/ids-${n}/readings`, READING, { id, qos: 2 })
          return id % 3 === 0 ? message : Buffer.concat([message, pubrel(65_535 - id)])
        }
        flood(socket, () => Buffer.concat(Array.from({ length: 200 }, next)))
      },
    },
  },

  /** Clients that leave a large will behind, go without a word and come back, and others who listen to all wills. */
  'will storms': {
    connections: 300,
    habit: {
      lifeMs: 200,
      begin: (socket, n) => {
        const will = { topic: `evil/wills/${n}`, payload: 'w'.repeat(8000), qos: 1, retain: true }
        socket.write(connect(`will-${n}`, { will }))
        if (n % 10 === 0) socket.write(subscribe({ 'evil/wills/#': 1 }))
      },
    },
  },

  /** Peers that connect, ask for a lot and are never heard of again; the system still takes bytes for them. */
  'half-open sockets': {
    connections: 500,
    habit: {
      isDeaf: true,
      begin: (socket, n) => {
        if (n % 2 === 0) return
        socket.write(connect(`half-${n}`, { keepAlive: 1 }))
        socket.write(subscribe({ 'evil/#': 1 }))
        if (n % 50 === 1) flood(socket, () => publish('evil/news', Buffer.alloc(8000), { id: 1 }))
      },
    },
  },

  /** More connections than anybody needs; `attacker.ts` opens them at the rate that the name says. */
  '10,000 connects a second': {
    connections: 400,
    habit: {
      begin: (socket, n) => {
        if (n % 4 === 0) socket.write(connect(`flood-${n}`))
        socket.resetAndDestroy()
      },
    },
  },

  /** Good packets, as many as fit through. */
  'message flood': {
    connections: 20,
    habit: {
      begin: (socket, n) => {
        socket.write(connect(`flood-${n}`))
        const message = publish(`grid/flood-${n}/readings`, READING)
        const many = Buffer.concat(Array<Buffer>(1000).fill(message))
        flood(socket, () => many)
      },
    },
  },

  /** Every client hears what every client says. */
  'fan-out': {
    connections: 100,
    habit: {
      begin: (socket, n) => {
        socket.write(connect(`fan-${n}`))
        socket.write(subscribe({ 'evil/fan': 0 }))
        const message = publish('evil/fan', 'x')
        if (n % 25 === 0) flood(socket, () => Buffer.concat(Array<Buffer>(1000).fill(message)))
      },
    },
  },

  /** All that is retained, asked for as often as it goes. */
  'retained bombs': {
    connections: 10,
    habit: {
      begin: (socket, n) => {
        socket.write(connect(`kept-${n}`))
        for (let at = 0; at < 1000; at++) {
          socket.write(publish(`evil/kept/${n}/${at}`, 'x'.repeat(100), { retain: true }))
        }
        const ask = subscribe({ 'evil/kept/#': 0, '+/kept/#': 0 })
        flood(socket, () => Buffer.concat(Array<Buffer>(100).fill(ask)))
      },
    },
  },

  /** Packets that are none, of a client that comes back at once. */
  'broken packets': {
    connections: 50,
    habit: {
      begin: (socket, n) => {
        const will = { topic: 'evil/broken', payload: 'x' }
        socket.write(connect(`broken-${n}`, { will }))
        socket.write(packet(0x82, u16(1), 0, text('a/#/b'), 0))
      },
    },
  },
}

/** The bits of a number as levels: `a` for 0, `+` for 1. */
function mixture(number: number): string {
  const levels = Array.from({ length: 31 }, (_, at) => (((number >> at) & 1) === 0 ? 'a' : '+'))
  return levels.join('/')
}
