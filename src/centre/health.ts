import type { Housekeeping } from './housekeeping.ts'
import type { Worker } from './worker.ts'

/** What is wrong with a centre, and what to do: a sentence for each. */
export function problemsOf(
  worker: Pick<Worker, 'failure' | 'isConnected'>,
  housekeeping: Pick<Housekeeping, 'failure'>,
): readonly string[] {
  const problems: string[] = []
  if (worker.failure !== '') problems.push(storingProblem(worker.failure))
  if (!worker.isConnected) {
    problems.push(
      'There is no connection to the broker. Sites keep what they have to send. Look whether the broker runs, and at --broker, --user and --ca.',
    )
  }
  if (housekeeping.failure !== '') {
    problems.push(
      `Records that are too old could not make room (${housekeeping.failure}). It is tried again every minute; the disk fills meanwhile.`,
    )
  }
  return problems
}

/** In the words of PostgreSQL, and of the system below it. */
function storingProblem(failure: string): string {
  const kept =
    'What comes is not acknowledged, so sites keep it and send it again; it is tried all the time.'
  if (/no space left|disk full|ENOSPC|could not extend file/i.test(failure))
    return `The disk of the database is full (${failure}). ${kept} Make room on it, or keep less with --keep-events and --keep-aggregates.`
  if (
    /ECONNREFUSED|ECONNRESET|CONNECTION_|connect_timeout|terminating|shutting down|starting up/i.test(
      failure,
    )
  )
    return `The database cannot be reached (${failure}). ${kept} Look whether PostgreSQL runs, and at --database.`
  return `Nothing can be stored (${failure}). ${kept} The log of PostgreSQL says more.`
}
