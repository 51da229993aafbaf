import { type Server, createServer } from 'node:net'
import { joinSocket } from './socket-connection.ts'
import { SocketSink } from './socket-sink.ts'
import type { Entrance } from './tls.ts'

/** MQTT over TCP as it is: nothing stands between the socket and the broker. */
export function tcpServer(entrance: Pick<Entrance, 'broker' | 'turnTaking'>): Server {
  return createServer((socket) => joinSocket(socket, { ...entrance, sink: new SocketSink(socket) }))
}
