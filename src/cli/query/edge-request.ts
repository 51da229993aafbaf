import { type ErrorCode, GridError, errorCode, errorText } from '../../core/errors.ts'

/** Of the option `--url`, with what a person leaves out. */
export function edgeUrl(url: string): string {
  return (url.includes('://') ? url : `http://${url}`).replace(/\/+$/, '')
}

export interface EdgeQuestion {
  readonly method?: 'GET' | 'POST'
  readonly body?: object
  readonly accept?: string
}

/** What a running edge answers. @throws GridError what it says in its problem details, or why it says nothing */
export async function askEdge(url: string, question: EdgeQuestion = {}): Promise<Response> {
  const { method = 'GET', body, accept = 'application/json' } = question
  const headers = { accept, ...credentials(), 'x-busbar-request': '1' }
  const init: RequestInit =
    body === undefined
      ? { method, headers }
      : {
          method,
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
  let response: Response
  try {
    response = await fetch(url, init)
  } catch (cause) {
    const why = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
    const text = `${url.replace(/\/api\/.*$/, '')} cannot be reached: ${errorCode(why) || errorText(why)}`
    throw new GridError('unreachable', text, {
      hint: 'Is the edge running, and is this the address of its --http option?',
      cause,
    })
  }
  if (response.ok) return response
  throw await refusalOf(response, url)
}

/** The token of `--token-file`, or of BUSBAR_TOKEN; without one whoever asks on the machine itself is let in where there are no users. */
export function credentials(): Readonly<Record<string, string>> {
  const token = process.env['BUSBAR_TOKEN'] ?? ''
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}

/** What the edge says in its problem details. */
async function refusalOf(response: Response, url: string): Promise<GridError> {
  const body = await response.text()
  const words: { detail?: string; hint?: string } = response.headers
    .get('content-type')
    ?.startsWith('application/problem+json')
    ? (JSON.parse(body) as object)
    : {}
  const text = words.detail ?? `${url} answered ${response.status}`
  return new GridError(
    codeOf(response.status),
    text,
    words.hint === undefined ? {} : { hint: words.hint },
  )
}

function codeOf(status: number): ErrorCode {
  if (status === 503) return 'in-use'
  return status >= 500 ? 'unreachable' : 'input'
}
