import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Answer, type Evaluator, decodeDecision, failed } from '../decision.ts'

/**
 * An OPA server of the substation's own, which has the rules. It learns the names that a question has, never a value; so it has to stand
 * where they may be known. Its answers are used again for a while only: its rules may change, and nobody tells us.
 */
export class ServerPolicy implements Evaluator {
  readonly #url: string
  readonly #timeoutMs: number

  constructor(url: string, timeoutMs: number = limits.policyServerMs) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new GridError('input', `policy.url: ${url} is no HTTP address`, {
        hint: 'Give the address of an OPA server, such as http://127.0.0.1:8181.',
      })
    }
    this.#url = `${url.replace(/\/+$/, '')}/v1/data/energy/smartgrid/decision?provenance=true`
    this.#timeoutMs = timeoutMs
  }

  async evaluate(question: string): Promise<Answer> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"input":${question}}`,
        redirect: 'error',
        signal: AbortSignal.timeout(this.#timeoutMs),
      })
      const text = await boundedText(response)
      if (!response.ok) return failed(`the policy server answers ${response.status}`)
      return answerOf(JSON.parse(text))
    } catch (thrown) {
      const reason = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
      return failed(`the policy server does not answer: ${errorText(reason)}`)
    }
  }
}

function answerOf(body: unknown): Answer {
  const isObject = typeof body === 'object' && body !== null
  const decision = isObject && 'result' in body ? decodeDecision(body.result) : undefined
  if (decision === undefined) return failed('the policy server gives no decision')
  const revision = isObject && 'provenance' in body ? revisionOf(body.provenance) : 'server'
  return { kind: 'decided', decision, revision, holdMs: limits.policyServerHoldMs }
}

/** The revisions of the bundles that it has, where it has some: otherwise its rules have no name. */
function revisionOf(provenance: unknown): string {
  if (typeof provenance !== 'object' || provenance === null) return 'server'
  if (!('bundles' in provenance)) return 'server'
  return `server-${JSON.stringify(provenance.bundles)}`.slice(0, REVISION_CHARACTERS)
}

const REVISION_CHARACTERS = 200

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > limits.policyAnswerBytes) throw new GridError('input', 'its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
