import type { ContactInfo } from '../../api/notify-info.ts'

/** Figures that each contact has, labelled with its name. */
interface OfContact {
  readonly name: string
  readonly help: string
  readonly value: (contact: ContactInfo) => number
}

export const NOTIFY_COUNTERS: readonly OfContact[] = [
  {
    name: 'busbar_notify_messages_total',
    help: 'Messages that a contact has taken.',
    value: ({ messages }) => messages,
  },
  {
    name: 'busbar_notify_notices_total',
    help: 'Alarms, and ends of alarms, that were in them.',
    value: ({ notices }) => notices,
  },
  {
    name: 'busbar_notify_failures_total',
    help: 'Attempts to send a message that failed.',
    value: ({ failures }) => failures,
  },
  {
    name: 'busbar_notify_withheld_total',
    help: 'Alarms, and ends of alarms, that the egress gate did not let out.',
    value: ({ withheld }) => withheld,
  },
]

export const NOTIFY_GAUGES: readonly OfContact[] = [
  {
    name: 'busbar_notify_waiting',
    help: 'Alarms, and ends of alarms, that a contact is to be told of now.',
    value: ({ waiting }) => waiting,
  },
  {
    name: 'busbar_notify_failing',
    help: '1 while the last attempt to send a message has failed.',
    value: ({ isFailing }) => (isFailing ? 1 : 0),
  },
]
