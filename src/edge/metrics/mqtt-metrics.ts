import type { Described, MetricsParts } from './described.ts'

/** Of those who come, up to CONNECT. */
export function arrivalCounters({
  broker,
  transport,
  throttle,
}: MetricsParts): readonly Described[] {
  const { counters: handshakes } = transport.handshakes
  return [
    {
      name: 'busbar_mqtt_handshakes_failed_total',
      help: 'Connections that ended in the handshake of TLS or WebSocket: wrong protocol, certificate or origin.',
      value: () => handshakes.failed,
    },
    {
      name: 'busbar_mqtt_handshakes_dropped_total',
      help: 'Connections closed because that handshake took too long, or too many waited.',
      value: () => handshakes.dropped,
    },
    {
      name: 'busbar_mqtt_connections_total',
      help: 'Network connections accepted.',
      value: () => broker.counters.connections,
    },
    {
      name: 'busbar_mqtt_connections_refused_total',
      help: 'Connections closed at once because too many came from their address.',
      value: () => transport.arrivals.refused,
    },
    {
      name: 'busbar_mqtt_logins_failed_total',
      help: 'CONNECTs with a wrong password, or a name that has none.',
      value: () => throttle.failed,
    },
    {
      name: 'busbar_mqtt_strangers_dropped_total',
      help: 'Connections closed because they did not send CONNECT in time, or too many waited.',
      value: () => broker.counters.strangersDropped,
    },
  ]
}

export function connectionCounters({ broker }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_mqtt_rate_pauses_total',
      help: 'Times that a client sent more than it may, and was not read from for a while.',
      value: () => broker.paces.pauses,
    },
    {
      name: 'busbar_mqtt_protocol_errors_total',
      help: 'Connections closed because the peer broke the standard or a limit.',
      value: () => broker.counters.protocolErrors,
    },
    {
      name: 'busbar_mqtt_keep_alive_timeouts_total',
      help: 'Clients that went silent for one and a half Keep Alive.',
      value: () => broker.counters.keepAliveTimeouts,
    },
  ]
}

export function deliveryCounters({ broker }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_mqtt_sessions_evicted_total',
      help: 'Sessions that ended before their time to make room for others.',
      value: () => broker.sessions.evicted,
    },
    {
      name: 'busbar_mqtt_sessions_damaged_total',
      help: 'Kept entries of sessions that could not be read at start and were left out.',
      value: () => broker.sessions.damaged,
    },
    {
      name: 'busbar_mqtt_wills_dropped_total',
      help: 'Wills not sent: the device had been revoked, or the disk refused for too long.',
      value: () => broker.counters.willsDropped,
    },
    {
      name: 'busbar_mqtt_unacknowledged_total',
      help: 'Connections of MQTT 3.1.1 ended because the disk was full: no PUBACK of theirs can say so.',
      value: () => broker.counters.unacknowledged,
    },
    {
      name: 'busbar_mqtt_messages_received_total',
      help: 'Messages received from clients, readings and others.',
      value: () => broker.counters.messagesReceived,
    },
    {
      name: 'busbar_mqtt_messages_sent_total',
      help: 'Messages sent to subscribers.',
      value: () => broker.counters.messagesSent,
    },
    {
      name: 'busbar_mqtt_messages_withheld_total',
      help: 'Messages for clients outside of the substation that the egress gate did not let through.',
      value: () => broker.counters.messagesWithheld,
    },
    {
      name: 'busbar_mqtt_deliveries_dropped_total',
      help: 'Messages that did not reach a subscriber: queue full, expired, or larger than the client takes.',
      value: () => broker.router.counters.dropped,
    },
    {
      name: 'busbar_mqtt_retained_refused_total',
      help: 'Retained messages that found no room.',
      value: () => broker.router.counters.retainedRefused,
    },
  ]
}

export function mqttGauges({ broker, transport }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_mqtt_handshakes',
      help: 'Connections in the handshake of TLS or WebSocket.',
      value: () => transport.handshakes.count,
    },
    { name: 'busbar_mqtt_clients', help: 'Clients connected.', value: () => broker.clientCount },
    {
      name: 'busbar_mqtt_strangers',
      help: 'Connections that have not sent CONNECT yet.',
      value: () => broker.strangerCount,
    },
    { name: 'busbar_mqtt_sessions', help: 'Sessions kept.', value: () => broker.sessions.count },
    {
      name: 'busbar_mqtt_subscriptions',
      help: 'Subscriptions of all sessions.',
      value: () => broker.router.subscriptionCount,
    },
    {
      name: 'busbar_mqtt_retained_messages',
      help: 'Retained messages kept.',
      value: () => broker.router.retainedCount,
    },
    {
      name: 'busbar_mqtt_queued_bytes',
      help: 'Bytes waiting for subscribers.',
      value: () => broker.router.queuedBytes,
    },
    {
      name: 'busbar_mqtt_unfinished_bytes',
      help: 'Bytes of packets that have not arrived in full, or wait for room.',
      value: () => broker.unfinishedBytes,
    },
  ]
}
