import type { Micros } from '../../core/time.ts'
import type { Decoder, Draft, Outcome, PointNames } from '../decoder.ts'
import { append, refuse } from '../reading.ts'
import type { Action, SparkplugHost } from './host.ts'
import { decodePayload, type Payload, type SparkplugTopic } from './message.ts'

export interface SparkplugParts {
  readonly host: SparkplugHost
  readonly names: PointNames
  readonly draft: Draft
  /** Takes what is to be done when the message has been dealt with. */
  readonly act: (actions: readonly Action[]) => void
  /** Told of every message that the host has taken. */
  readonly heard: (topic: SparkplugTopic, payload: Payload) => void
}

/** The messages of one topic. A message changes the host's state once, so room for it is looked for first. */
export class SparkplugDecoder implements Decoder {
  readonly #topic: SparkplugTopic
  readonly #parts: SparkplugParts

  constructor(topic: SparkplugTopic, parts: SparkplugParts) {
    this.#topic = topic
    this.#parts = parts
  }

  decode(bytes: Uint8Array, start: number, end: number, now: Micros): Outcome {
    const { host, names, draft, act, heard } = this.#parts
    draft.count = 0
    const payload = decodePayload(bytes.subarray(start, end))
    if (typeof payload === 'string') return refuse(draft, payload)
    const rows = draft.base + host.readingsMax(this.#topic, payload)
    if (draft.base > 0 && rows > draft.columns.points.length) return 'full'
    const answer = host.receive(this.#topic, payload, now)
    if (answer.kind === 'refused') {
      draft.complaint = answer.complaint
      return answer.refusal
    }
    act(answer.actions)
    heard(this.#topic, payload)
    const context = { names, draft, device: this.#topic.node, now }
    for (const reading of answer.readings) {
      const outcome = append(context, reading)
      if (outcome !== 'ok') return outcome
    }
    return 'ok'
  }
}
