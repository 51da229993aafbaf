import type { Described, MetricsParts } from './described.ts'

export function policyCounters({ egress }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_policy_records_left_total',
      help: 'Records that the egress gate let out.',
      value: () => egress.counters.left,
    },
    {
      name: 'busbar_policy_records_stayed_total',
      help: 'Records that asked to leave and stayed.',
      value: () => egress.counters.stayed,
    },
    {
      name: 'busbar_policy_records_undecided_total',
      help: 'Records among them that stayed because nobody could decide.',
      value: () => egress.counters.failed,
    },
    {
      name: 'busbar_policy_questions_total',
      help: 'Questions that were put to the policy or logged anew; all others were answered from memory.',
      value: () => egress.counters.asked,
    },
    {
      name: 'busbar_policy_unlogged_total',
      help: 'Decisions whose count could not be logged.',
      value: () => egress.counters.unlogged,
    },
  ]
}

export function policyGauges({ egress }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_policy_failing',
      help: '1 while something is wrong with the egress gate.',
      value: () => (egress.failure === '' ? 0 : 1),
    },
  ]
}
