import { fileURLToPath } from 'node:url'
import type { Border } from '../../api/egress/border.ts'
import { PROGRAM_FOLDER } from '../../core/program-folder.ts'
import type { Clock } from '../../core/time.ts'
import type { Gate, GateCounters } from '../../policy/gate.ts'
import { type OpenGate, openGate } from '../../policy/thread/open-gate.ts'
import {
  IN_USE_AGAIN,
  NOTHING_LEAVES,
  type PolicyChoice,
} from '../../policy/thread/desk-messages.ts'
import { InsideNetwork } from '../access/inside-network.ts'
import { policyChoice } from '../site/policy-choice.ts'
import type { Site } from '../site/site.ts'
import { MqttCustoms } from './mqtt-customs.ts'
import { siteBorder } from './site-border.ts'
import { Subjects } from './subjects.ts'

/** The rules that come with the program. */
export const SHIPPED_FOLDER = fileURLToPath(new URL('policy', PROGRAM_FOLDER))

export interface EgressSettings {
  readonly site: Site
  readonly directory: string
  readonly clock: Clock
  readonly warn: (text: string) => void
}

/** The gate of a substation, and where the substation ends. */
export class Egress {
  /** The rules of this site. */
  readonly policy: PolicyChoice
  /** For HTTP. */
  readonly border: Border
  readonly customs: MqttCustoms
  readonly #open: OpenGate
  /** What the thread of the gate has said last, and how many records had been decided then. */
  #alarm = ''
  #decidedAtAlarm = 0

  constructor({ site, directory, clock, warn }: EgressSettings) {
    this.policy = policyChoice(site.policy, SHIPPED_FOLDER)
    const { anchor } = site.policy
    const log = anchor === undefined ? { directory } : { directory, anchorPath: anchor }
    const settings = { site: site.site.id, policy: this.policy, log }
    this.#open = openGate(settings, {
      clock,
      onAlarm: (text) => {
        this.#heed(text)
        warn(`egress gate: ${text}`)
      },
    })
    const inside = new InsideNetwork(site.access.inside)
    const subjects = new Subjects(site)
    this.border = siteBorder(subjects, inside, this.gate)
    this.customs = new MqttCustoms({ subjects, inside, gate: this.gate })
  }

  get gate(): Gate {
    return this.#open.gate
  }

  get counters(): Readonly<GateCounters> {
    return this.gate.counters
  }

  /** What is wrong with the gate, or was found wrong with its log; empty: all is well. */
  get failure(): string {
    if (this.gate.fault !== '') return this.gate.fault
    const isOver = this.#alarm.startsWith(NOTHING_LEAVES) && this.#decided > this.#decidedAtAlarm
    if (isOver) this.#alarm = ''
    return this.#alarm
  }

  get #decided(): number {
    const { left, stayed, failed } = this.counters
    return left + stayed - failed
  }

  /** What the gate says itself it also takes back itself. */
  #heed(text: string): void {
    if (text === this.gate.fault) return
    this.#alarm = text === IN_USE_AGAIN ? '' : text
    this.#decidedAtAlarm = this.#decided
  }

  /** Other rules decide from now on. Returns why they cannot; empty: they do. */
  async renew(policy: PolicyChoice): Promise<string> {
    return this.#open.renew(policy)
  }

  async stop(): Promise<void> {
    await this.#open.close()
  }
}
