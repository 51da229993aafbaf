import { importsOf } from './imports.ts'
import { type Check, type SourceFile, type Violation, isSource, violation } from './source-file.ts'

/** Files, or folders with a slash behind them, that may open a socket or write to one, each with the reason why nothing leaves by it undecided. */
export const EXITS: Readonly<Record<string, string>> = {
  'src/mqtt/transport/':
    'what a client is sent passes Client.#transmit, which asks the check of whoever is outside',
  'src/api/server.ts': 'a route cannot be added without a class, and is asked for',
  'src/api/egress/classified-route.ts': 'this is where routes are asked for',
  'src/edge/uplink/link.ts':
    'it is given envelopes, into which the packer puts what the gate has let through and nothing else, and reports, of which the reporter does the same',
  'src/edge/notify/post.ts':
    'it is given a message of notices that gate-passage.ts has had cleared for that host',
  'src/edge/notify/email.ts':
    'it is given a message of notices that gate-passage.ts has had cleared for that host',
  'src/edge/notify/gate-passage.ts':
    'it asks the gate, and before that the resolver where a host is that the site file names',
  'src/policy/evaluate/server-policy.ts':
    'the question to a policy server, in the same substation, has names and no values',
}

/** Programs of their own: whoever runs them has the data folder before him, asks an edge like anybody, or has only what edges let out. No part of an edge. */
const PROGRAMS = ['src/cli/', 'src/simulator/', 'src/centre/']

/** Builtins and packages behind which there is a socket, or another program that could have one. */
const OPENERS =
  /^(?:node:(?:net|tls|http|https|http2|dgram|dns|child_process|cluster|inspector|module|repl|vm|wasi)(?:\/|$)|fastify$|mqtt$|nodemailer$|undici$|ws$)/

interface Sink {
  readonly what: string
  readonly pattern: RegExp
  /** Where it is at home; elsewhere it would be a way around the gate. */
  readonly home: readonly string[]
}

const SINKS: readonly Sink[] = [
  {
    what: 'fetch(',
    pattern: /(?<![\w.#])(?:globalThis\.)?fetch\(/g,
    home: ['src/policy/evaluate/server-policy.ts'],
  },
  {
    what: 'a socket of the runtime',
    pattern:
      /\bnew (?:WebSocket|EventSource|WebSocketStream)\(|\bgetBuiltinModule\b|\bprocess\.binding\b/g,
    home: ['src/mqtt/transport/'],
  },
  {
    what: 'a route without a class',
    pattern: /\bapp\.(?:route|get|post|put|patch|delete|head|options|all)\(/g,
    home: ['src/api/egress/classified-route.ts'],
  },
  {
    what: 'an answer past Fastify',
    pattern:
      /\b(?:reply\.hijack\(|reply\.raw\.(?:write|end|writeHead)\b|request\.raw\.socket|\.socket\.write\()/g,
    home: [],
  },
  {
    what: 'a PUBLISH',
    pattern: /\bencodePublish\(/g,
    // Kept messages go to the disk as packets.
    home: ['src/mqtt/broker/client.ts', 'src/mqtt/packet/publish.ts', 'src/mqtt/kept/record.ts'],
  },
]

/** No socket is opened or written to where the egress gate does not reach. `exits`: `EXITS`, or what a test makes up. */
export function checkExits(exits: Readonly<Record<string, string>>): Check {
  return (files) => {
    const violations = files
      .filter(({ path }) => isSource(path) && !isProgram(path))
      .flatMap((file) => [...openersIn(file, exits), ...sinksIn(file), ...programsIn(file)])
    return [...violations, ...unused(files, exits)]
  }
}

function openersIn(file: SourceFile, exits: Readonly<Record<string, string>>): Violation[] {
  if (isIn(file.path, Object.keys(exits))) return []
  return importsOf(file).flatMap(({ specifier, offset }) =>
    OPENERS.test(specifier) && !isHarmless(file, offset)
      ? [violation(file, offset, `${specifier} is a way out that the egress gate does not see`)]
      : [],
  )
}

function sinksIn(file: SourceFile): Violation[] {
  return SINKS.flatMap(({ what, pattern, home }) =>
    isIn(file.path, home)
      ? []
      : [...file.bare.matchAll(pattern)].map(({ index }) =>
          violation(file, index, `${what} is a way out that the egress gate does not see`),
        ),
  )
}

function programsIn(file: SourceFile): Violation[] {
  return importsOf(file).flatMap(({ target, offset }) =>
    target !== undefined && isProgram(target)
      ? [violation(file, offset, `${target} may open sockets, and is no part of an edge`)]
      : [],
  )
}

/** A reason for what is not there hides what comes later under its name. */
function unused(
  files: readonly SourceFile[],
  exits: Readonly<Record<string, string>>,
): Violation[] {
  return Object.keys(exits).flatMap((exit) =>
    files.some(({ path }) => isIn(path, [exit]))
      ? []
      : [{ path: exit, line: 1, text: 'is no way out any more: take it off the list' }],
  )
}

/** Types are gone when it runs; some names have no socket behind them. */
function isHarmless({ bare }: SourceFile, offset: number): boolean {
  const start = bare.lastIndexOf('import', offset)
  const statement = bare.slice(start, offset)
  if (/^import\s+type\b/.test(statement)) return true
  const names = /^import\s*\{([^}]*)\}/.exec(statement)?.[1]
  if (names === undefined) return false
  return names
    .split(',')
    .map((name) => name.trim())
    .every((name) => name === '' || name.startsWith('type ') || HARMLESS.includes(name))
}

const HARMLESS = ['BlockList', 'isIP', 'isIPv4', 'isIPv6', 'STATUS_CODES', 'stripTypeScriptTypes']

function isProgram(path: string): boolean {
  return isIn(path, PROGRAMS)
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
}
