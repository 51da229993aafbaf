import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../core/errors.ts'
import { Micros } from '../../core/time.ts'
import { PolicyDesk } from '../desk.ts'
import { DecisionLog } from '../log/decision-log.ts'
import { ChosenPolicy } from './chosen-policy.ts'
import type { DeskReply, DeskRequest, DeskStart } from './desk-messages.ts'

/** The thread in which policy is evaluated and logged: neither a rule that takes for ever nor a slow disk holds up the sockets. */
function run({ policy, log: logSettings, isResumed }: DeskStart): void {
  const world = { clock: () => Micros(Date.now() * 1000), onAlarm: alarm }
  const log = DecisionLog.open({ ...logSettings, isResumed }, world)
  const desk = new PolicyDesk(new ChosenPolicy(policy, world), log)
  let ending: 'close' | 'rest' | undefined
  let answering = 0
  const endWhenIdle = (): void => {
    if (ending === undefined || answering > 0) return
    log[ending]()
    parentPort?.close()
  }
  parentPort?.on('message', (request: DeskRequest) => {
    switch (request.kind) {
      case 'ask':
        answering++
        void desk.answer(request.asked).then((answers) => {
          post({ kind: 'answers', id: request.id, answers })
          answering--
          endWhenIdle()
        })
        return
      case 'tally':
        post({ kind: 'tallied', id: request.id, fault: desk.tally(request.entries) })
        return
      case 'renew': {
        const chosen = new ChosenPolicy(request.policy, world)
        desk.renew(chosen)
        post({ kind: 'renewed', id: request.id, fault: chosen.fault })
        return
      }
      case 'close':
      case 'rest':
        ending = request.kind
        endWhenIdle()
    }
  })
}

function alarm(text: string): void {
  post({ kind: 'alarm', text })
}

function post(reply: DeskReply): void {
  parentPort?.postMessage(reply)
}

try {
  run(workerData as DeskStart)
} catch (thrown) {
  post({ kind: 'failed', text: errorText(thrown) })
  parentPort?.close()
}
