import { parentPort, workerData } from 'node:worker_threads'
import { AnswerText } from '../api/answer-text.ts'
import { assert } from '../core/assert.ts'
import { QueryLoop } from '../store/reader/query-loop.ts'

/** The query thread of an edge: the store's loop, which makes text as the HTTP interface has it. */
assert(parentPort !== null, 'the query worker is started as a thread')
const { directory } = workerData as { readonly directory: string }
new QueryLoop(parentPort, directory, (form, namesOf) => new AnswerText(form, namesOf))
