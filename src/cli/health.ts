import { errorText } from '../core/errors.ts'
import type { Command } from './command.ts'
import { edgeUrl } from './query/edge-request.ts'

/** A container's runtime asks again soon; what does not answer by then is not well. */
const PATIENCE_MS = 5000

export const command: Command = {
  name: 'health',
  summary: 'Ask an edge or a centre whether it is well; for those who can run programs only.',
  options: {
    url: { value: 'HOST:PORT', help: 'address of its --http option', default: '127.0.0.1:8080' },
  },
  example: 'busbar health --url 127.0.0.1:8080',
  run: async (args) => {
    try {
      const url = `${edgeUrl(args.required('url'))}/healthz`
      const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
      process.stdout.write(await answer.text())
      return answer.ok ? 0 : 1
    } catch (thrown) {
      const { cause } = thrown as { readonly cause?: unknown }
      process.stdout.write(`nothing answers: ${errorText(cause ?? thrown)}\n`)
      return 1
    }
  },
}
