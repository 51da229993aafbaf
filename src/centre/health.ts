import type { Housekeeping } from './housekeeping.ts'
import type { Worker } from './worker.ts'

export interface HealthProblem {
  /** What is wrong, and what to do. */
  readonly sentence: string
  /** In the words of another program; they may name places, and are for those who are known. */
  readonly detail: string
  /** Also for who is not known: without its database a centre knows nobody. */
  readonly isForAll: boolean
}

/** What is wrong with a centre. */
export function problemsOf(
  worker: Pick<Worker, 'failure' | 'isConnected'>,
  housekeeping: Pick<Housekeeping, 'failure'>,
  fleet: { readonly failure: string },
): readonly HealthProblem[] {
  const problems: HealthProblem[] = []
  const { failure } = worker
  if (failure !== '')
    problems.push({ sentence: storingProblem(failure), detail: failure, isForAll: true })
  if (!worker.isConnected) {
    const sentence =
      'There is no connection to the broker. Sites keep what they have to send. Look whether the broker runs, and at --broker, --user and --ca.'
    problems.push({ sentence, detail: '', isForAll: false })
  }
  if (housekeeping.failure !== '') {
    const sentence =
      'Records that are too old could not make room. It is tried again every minute; the disk fills meanwhile.'
    problems.push({ sentence, detail: housekeeping.failure, isForAll: false })
  }
  if (fleet.failure !== '') {
    const sentence =
      'Sites cannot be told what to run, or what they say of themselves cannot be stored. It is tried again all the time; what they run goes on.'
    problems.push({ sentence, detail: fleet.failure, isForAll: false })
  }
  return problems
}

/** By what PostgreSQL says, and the system below it. */
function storingProblem(failure: string): string {
  const kept =
    'What comes is not acknowledged, so sites keep it and send it again; it is tried all the time.'
  if (/no space left|disk full|ENOSPC|could not extend file/i.test(failure))
    return `The disk of the database is full. ${kept} Make room on it, or keep less with --keep-events and --keep-aggregates.`
  if (GONE.test(failure))
    return `The database cannot be reached. ${kept} Look whether PostgreSQL runs, and at --database.`
  return `Nothing can be stored. ${kept} The log of PostgreSQL says more.`
}

const GONE =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|connect|terminating|shutting down|starting up|timeout expired/i
