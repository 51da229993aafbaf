import { type Micros, formatTime } from '../../core/time.ts'
import type { Finding } from '../../store/doctor/finding.ts'
import type { Answers } from './answers.ts'

/** A commit is one fsync; acknowledgements of 30 ms are not to be had with more. */
const SLOW_COMMIT_SECONDS = 0.025
const SECONDS_BEFORE_END = 14 * 86_400
/** A minute of 10,000 readings a second. */
const FAR_BEHIND = 600_000
/** An hour that was not caught up with. */
const OLD_SECONDS = 3600

/** What to do about each sentence of `/healthz`, by its beginning. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^The disk is full/,
    'Make room on the disk of the data folder, but delete nothing inside it; or set a lower retention.diskBudget in the site file.',
  ],
  [
    /^The disk refuses/,
    'See dmesg and smartctl -a; make room, or move the data folder to another disk.',
  ],
  [
    /^Some journal rows are damaged/,
    'Run busbar doctor --data DIR to see which, make a backup, and replace the disk.',
  ],
  [
    /^A damaged file/,
    'Read report.damaged-* in the data folder, make a backup, then move the files with .damaged- away.',
  ],
  [/^Readings cannot be moved/, 'Make room for history.db, or mend the disk.'],
  [/^Alarms cannot be written/, 'Make room, or mend the disk; do not restart the edge before.'],
  [/^Processors do not run/, 'Make room for results; see the log of the edge.'],
  [
    /^Processor \S+ is stopped/,
    'busbar processor list says why; deploy a version that is mended, or roll back: busbar processor roll-back.',
  ],
  [
    /^A new certificate/,
    'Put certificate and key that belong together into the files of the listener.',
  ],
  [
    /^Nothing gets through to the centre/,
    'Look whether the broker of uplink.url is reached from here, and whether the centre can write its database; nothing is lost meanwhile.',
  ],
  [
    /^The egress gate/,
    'busbar policy verify --data DIR, then mend what it names: bundle, key, policy server or log.',
  ],
]

/** What is wrong with a node that runs, in plain words. */
export function nodeFindings(answers: Answers, now: Micros): readonly Finding[] {
  const { health, metrics } = answers
  return [
    ...health.problems.map((text) => ({ file: 'edge', text, advice: adviceFor(text) })),
    ...commitFindings(metrics),
    ...certificateFindings(metrics, now),
    ...backlogFindings(metrics),
  ]
}

function adviceFor(problem: string): string {
  const known = ADVICE.find(([pattern]) => pattern.test(problem))
  return known?.[1] ?? 'docs/operating.md explains what /healthz says.'
}

type Metrics = Answers['metrics']

function* commitFindings(metrics: Metrics): Generator<Finding> {
  const commits = metrics.get('busbar_store_commits_total') ?? 0
  const seconds = metrics.get('busbar_store_commit_seconds_total') ?? 0
  if (commits === 0 || seconds / commits < SLOW_COMMIT_SECONDS) return
  yield {
    file: 'disk',
    text: `a commit takes ${((seconds / commits) * 1000).toFixed(0)} ms, and every acknowledgement waits for one`,
    advice:
      'busbar doctor --preflight measures the disk; look for what else writes to it (iotop), then at smartctl -a.',
  }
}

function* certificateFindings(metrics: Metrics, now: Micros): Generator<Finding> {
  for (const [name, end] of metrics) {
    const listener = /^busbar_mqtt_certificate_expiry_seconds\{listener="(\w+)"\}$/.exec(name)?.[1]
    const left = end - now / 1e6
    if (listener === undefined || left > SECONDS_BEFORE_END) continue
    yield {
      file: 'certificate',
      text: `of listener ${listener} ${left < 0 ? 'ended' : 'ends'} on ${formatTime((end * 1e6) as Micros).slice(0, 10)}`,
      advice:
        'Put a new one into its file: the edge takes it up by itself, and no device is thrown out.',
    }
  }
}

function* backlogFindings(metrics: Metrics): Generator<Finding> {
  const behind = metrics.get('busbar_processors_behind_readings') ?? 0
  if (behind > FAR_BEHIND)
    yield {
      file: 'processors',
      text: `are ${behind} readings behind`,
      advice:
        'Look at busbar_processor_call_seconds_total for the slow one; switch it off for what it need not read.',
    }
  const old = metrics.get('busbar_uplink_oldest_seconds') ?? 0
  if (old > OLD_SECONDS)
    yield {
      file: 'uplink',
      text: `the oldest record that waits for the centre is ${Math.round(old / 60)} min old`,
      advice:
        'After an outage it is being sent (busbar_uplink_eta_seconds says how long); otherwise look at the link.',
    }
  const lost = [...metrics].filter(([name]) => name.startsWith('busbar_uplink_lost_total'))
  const count = lost.reduce((sum, [, value]) => sum + value, 0)
  if (count > 0)
    yield {
      file: 'uplink',
      text: `${count} records made room before the centre had them`,
      advice:
        'The centre was away for longer than results are kept: ask the edge for the readings of that time instead.',
    }
}
