import { type Server, createServer } from 'node:net'
import type { Broker } from '../broker/broker.ts'
import { joinSocket } from './socket-connection.ts'
import { SocketSink } from './socket-sink.ts'

/** MQTT over TCP as it is: nothing stands between the socket and the broker. */
export function tcpServer(broker: Broker): Server {
  return createServer((socket) => joinSocket(socket, { broker, sink: new SocketSink(socket) }))
}
