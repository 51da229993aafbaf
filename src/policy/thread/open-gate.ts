import { limits } from '../../core/limits.ts'
import type { Clock } from '../../core/time.ts'
import { Gate } from '../gate.ts'
import type { DeskSettings, PolicyChoice } from './desk-messages.ts'
import { DeskThread } from './desk-thread.ts'

export interface GateSettings extends DeskSettings {
  readonly site: string
}

export interface GateWorld {
  readonly clock: Clock
  readonly onAlarm: (text: string) => void
}

export interface OpenGate {
  readonly gate: Gate
  /**
   * Another policy decides from now on; what the one before decided is asked anew. Returns why it cannot be used, and then nothing
   * leaves until it can, or another one is given; empty: it is in use.
   */
  readonly renew: (policy: PolicyChoice) => Promise<string>
  /** Nothing may leave any more; what was decided is in the log. */
  readonly close: () => Promise<void>
}

/** Starts the thread that decides, and settles the counts in time. Does not fail: a gate that cannot decide lets nothing out. */
export function openGate({ site, ...settings }: GateSettings, world: GateWorld): OpenGate {
  const desk = new DeskThread(settings, { onAlarm: world.onAlarm })
  const gate = new Gate({ site, desk, ...world })
  const timer = setInterval(() => void gate.settle(), limits.decisionIntervalMs).unref()
  return {
    gate,
    renew: async (policy) => {
      const fault = await desk.renew(policy)
      gate.forgetAll()
      return fault
    },
    close: async () => {
      clearInterval(timer)
      await gate.settle()
      await desk.close()
    },
  }
}
