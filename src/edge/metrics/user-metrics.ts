import type { Described, MetricsParts } from './described.ts'

export function userCounters({ users: { desk } }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_users_logins_total',
      help: 'Logins over HTTP.',
      value: () => desk.counters.logins,
    },
    {
      name: 'busbar_users_logins_failed_total',
      help: 'Logins over HTTP with a wrong name or password.',
      value: () => desk.counters.failed,
    },
    {
      name: 'busbar_users_logins_unheard_total',
      help: 'Logins over HTTP that came too early after others had failed, and were not looked at.',
      value: () => desk.counters.unheard,
    },
    {
      name: 'busbar_users_requests_unknown_total',
      help: 'HTTP requests of whoever is not known, or no longer.',
      value: () => desk.counters.unknown,
    },
    {
      name: 'busbar_users_requests_forbidden_total',
      help: 'HTTP requests of users whose role does not allow them.',
      value: () => desk.counters.forbidden,
    },
    {
      name: 'busbar_users_audit_unrecorded_total',
      help: 'Acts of users that the disk refused to record.',
      value: () => desk.unrecorded,
    },
  ]
}

export function userGauges({ users: { desk } }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_users_locked',
      help: 'Names that are not heard from the network for a while: too many wrong passwords.',
      value: () => desk.locked.length,
    },
  ]
}
