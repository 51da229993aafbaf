/** The colour of a priority; its word stands beside it. */
export function toneOf(priority: string): 'plain' | 'near' | 'beyond' {
  switch (priority) {
    case 'critical':
    case 'high':
      return 'beyond'
    case 'medium':
      return 'near'
    default:
      return 'plain'
  }
}

const PRIORITIES = ['', 'low', 'medium', 'high', 'critical']

/** Of an event. */
export function severityTone(severity: number): 'plain' | 'near' | 'beyond' {
  return toneOf(PRIORITIES[severity] ?? '')
}
