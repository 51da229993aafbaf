import { GridError } from '../../core/errors.ts'
import { type Micros, formatTime } from '../../core/time.ts'
import { readParameters } from '../parameters.ts'
import type { ClassifiedRoute } from '../egress/classified-route.ts'
import type { RouteContext } from '../route.ts'

export const NOTIFY_PATH = '/api/v1/notify'

/** `GET /api/v1/notify`: who is told of alarms, what waits, and what could not be delivered. */
export function notifyRoute({ view }: RouteContext): ClassifiedRoute {
  return {
    kind: 'whole',
    class: 'health',
    names: ['notify'],
    answer: (request, reply) => {
      readParameters(request.query, [])
      const info = view.notify()
      const contacts = info?.contacts.map(({ failingSince, nextTry, delivered, ...contact }) => ({
        ...contact,
        failingSince: timeText(failingSince),
        nextTry: timeText(nextTry),
        delivered: timeText(delivered),
      }))
      const notify = info === undefined ? null : { ...info, contacts }
      const text = `${JSON.stringify({ notify }, undefined, 1)}\n`
      return reply.type('application/json; charset=utf-8').send(text)
    },
  }
}

/** `POST /api/v1/notify/{name}/test`: answers when the message was taken, or with why it was not. */
export function notifyTestRoute({ view }: RouteContext): ClassifiedRoute {
  return {
    kind: 'action',
    answer: async (request, reply) => {
      const { name } = request.params as { readonly name: string }
      const outcome = await view.notifyTest(name)
      switch (outcome.kind) {
        case 'unknown':
          throw new GridError('not-found', `there is no contact ${name.slice(0, 32)}`, {
            hint: `${NOTIFY_PATH} lists them; they are in notify of the site file.`,
          })
        case 'failed':
          throw new GridError('unreachable', `${name} did not take the test: ${outcome.why}`)
        case 'delivered':
          return reply
            .type('application/json; charset=utf-8')
            .send(`${JSON.stringify({ name, delivered: true })}\n`)
      }
    },
  }
}

function timeText(time: Micros | undefined): string | null {
  return time === undefined ? null : formatTime(time)
}
