import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { checkAsserts } from './tidy/asserts.ts'
import { BANNED_WORDS, checkBannedWords } from './tidy/banned-words.ts'
import { blankOut } from './tidy/blank-out.ts'
import { checkDeadFiles } from './tidy/dead-files.ts'
import { checkDependencies } from './tidy/dependencies.ts'
import { EXITS, checkExits } from './tidy/exits.ts'
import { checkFileShape } from './tidy/file-shape.ts'
import { importsOf } from './tidy/imports.ts'
import { checkLayers } from './tidy/layers.ts'
import { checkLeftovers } from './tidy/leftovers.ts'
import { checkMarkdown } from './tidy/markdown.ts'
import { type Check, formatViolation, readTree, sourceFile } from './tidy/source-file.ts'

/** Path of a made-up file to its text. */
type Tree = Readonly<Record<string, string>>

interface Trial {
  readonly what: string
  readonly tree: Tree
  /** The start of every violation, in order; none: the tree is tidy. */
  readonly finds: readonly string[]
}

const tree = readTree(join(import.meta.dirname ?? '.', '..'))

/** A check that cannot fail checks nothing: every one is fed violations first, and the repository last. */
function prove(name: string, check: Check, trials: readonly Trial[]): void {
  describe(name, () => {
    for (const { what, tree: made, finds } of trials) {
      test(what, () => {
        const found = check(Object.entries(made).map(([path, text]) => sourceFile(path, text)))
        const lines = found.map(formatViolation)
        assert.equal(lines.length, finds.length, lines.join('\n'))
        for (const [at, start] of finds.entries())
          assert.ok(lines[at]?.startsWith(start), lines[at] ?? 'nothing found')
      })
    }
    test('the repository is tidy', () => {
      const lines = check(tree).map(formatViolation)
      assert.equal(lines.length, 0, `\n${lines.join('\n')}\n`)
    })
  })
}

prove('ways out', checkExits(EXITS), [
  {
    what: 'of the repository are all on the list',
    tree: Object.fromEntries(
      Object.keys(EXITS).map((exit) => [
        exit.endsWith('/') ? `${exit}a.ts` : exit,
        `import { connect } from 'node:net'`,
      ]),
    ),
    finds: [],
  },
])

const SOME = { 'src/api/server.ts': 'a test' }
for (const [what, text, finds] of [
  ['a socket', `import { connect } from 'node:net'`, 'src/store/a.ts:1: node:net'],
  ['one that comes late', `\nawait import('node:tls')`, 'src/store/a.ts:2: node:tls'],
  ['another program', `import { spawn } from 'node:child_process'`, 'src/store/a.ts:1: node:child'],
  ['a package', `import mqtt from 'mqtt'`, 'src/store/a.ts:1: mqtt'],
  ['one type among others', `import { type Server, connect } from 'node:net'`, 'src/store/a.ts:1'],
  ['fetch', `const x = await fetch(url)`, 'src/store/a.ts:1: fetch('],
  ['a WebSocket', `new WebSocket(url)`, 'src/store/a.ts:1: a socket'],
  ['a route without a class', `app.get('/x', answer)`, 'src/store/a.ts:1: a route'],
  ['what is written past Fastify', `reply.raw.write(bytes)`, 'src/store/a.ts:1: an answer'],
  ['a packet to a client', `sink.write(encodePublish(message))`, 'src/store/a.ts:1: a PUBLISH'],
  ['a program', `import { x } from '../cli/query.ts'`, 'src/store/a.ts:1: src/cli/query.ts may'],
  ['a type', `import type { Server } from 'node:net'`, ''],
  ['a name without a socket', `import { BlockList, isIPv4 } from 'node:net'`, ''],
  ['text', `const text = 'fetch('`, ''],
] as const) {
  test(`a way out: ${what} is ${finds === '' ? 'none' : 'found'}`, () => {
    const tree = [sourceFile('src/api/server.ts', ''), sourceFile('src/store/a.ts', text)]
    const [found, ...more] = checkExits(SOME)(tree).map(formatViolation)
    assert.deepEqual(more, [])
    if (finds === '') assert.equal(found, undefined)
    else assert.ok(found?.startsWith(finds), found ?? 'nothing found')
  })
}

test('a way out that is no more leaves the list', () => {
  const [found] = checkExits({ 'src/gone/': 'it was there' })([]).map(formatViolation)
  assert.equal(found, 'src/gone/:1: is no way out any more: take it off the list')
})

prove('layers', checkLayers, [
  {
    what: 'a part imports core and itself',
    tree: { 'src/mqtt/a.ts': `import { x } from '../core/time.ts'\nimport './packet/b.ts'` },
    finds: [],
  },
  {
    what: 'a part does not import its neighbour, not even a type, not even late',
    tree: {
      'src/mqtt/a.ts': `\nimport type { X } from '../store/x.ts'\nexport { y } from '../api/y.ts'`,
      'src/store/b.ts': `const late = await import('../mqtt/a.ts')`,
      'src/api/c.ts': `new Worker(new URL('../store/writer.ts', import.meta.url))`,
    },
    finds: [
      'src/mqtt/a.ts:2: mqtt imports store',
      'src/mqtt/a.ts:3: mqtt imports api',
      'src/store/b.ts:1: store imports mqtt',
      'src/api/c.ts:1: api imports store',
    ],
  },
  {
    what: 'core imports nothing, the simulator core alone, a part nothing outside of src',
    tree: {
      'src/core/a.ts': `import '../store/a.ts'`,
      'src/simulator/a.ts': `import '../edge/a.ts'`,
      'src/mqtt/a.ts': `import '../../test/fixture.ts'`,
    },
    finds: [
      'src/core/a.ts:1: core',
      'src/simulator/a.ts:1: sim',
      'src/mqtt/a.ts:1: mqtt imports test',
    ],
  },
  {
    what: 'compositions import every part',
    tree: { 'src/edge/a.ts': `import '../mqtt/a.ts'`, 'src/cli/a.ts': `import '../edge/a.ts'` },
    finds: [],
  },
  {
    what: 'sockets, files and clocks stay at the rim',
    tree: {
      'src/mqtt/a.ts': `import { createServer } from 'node:net'`,
      'src/payload/a.ts': `import { readFileSync } from 'node:fs'\nimport { inflateSync } from 'node:zlib'`,
      'src/core/a.ts': `import { inflateSync } from 'node:zlib'`,
      'src/edge/a.ts': `import assert from 'node:assert'`,
      'src/mqtt/transport/tcp.ts': `import { createServer } from 'node:net'`,
      'src/mqtt/a.test.ts': `import { createServer } from 'node:net'`,
    },
    finds: ['src/mqtt/a.ts:1:', 'src/payload/a.ts:1:', 'src/core/a.ts:1:', 'src/edge/a.ts:1:'],
  },
  {
    what: 'the console imports itself, packages, and the types of what HTTP answers',
    tree: {
      'ui/a.ts': `import 'preact'\nimport './b.ts'\nimport type { X } from '../src/api/ports.ts'`,
      'ui/b.ts': `import '../src/core/time.ts'\nimport 'node:fs'`,
    },
    finds: ['ui/b.ts:1: ui imports', 'ui/b.ts:2: ui imports'],
  },
  {
    what: 'a file outside every part is told so',
    tree: { 'src/extra/a.ts': '', 'src/loose.ts': '' },
    finds: ['src/extra/a.ts:1: src/extra/a.ts is in no part', 'src/loose.ts:1:'],
  },
])

prove('banned words', checkBannedWords, [
  ...BANNED_WORDS.map(({ word }) => ({
    what: `${word} is found in the protocol`,
    tree: { 'src/mqtt/a.ts': `x\n${word}` },
    finds: [`src/mqtt/a.ts:2: ${word} is banned`],
  })),
  {
    what: 'a clock at the rim, a word in prose, a string, a pattern or a test are fine',
    tree: {
      'src/edge/a.ts': 'const now = Date.now()',
      'src/mqtt/a.ts': '// Date.now()\nconst a = "Date.now()" + `Date.now()` + /Date.now()/',
      'src/mqtt/a.test.ts': 'Date.now()',
    },
    finds: [],
  },
  {
    what: 'code inside a template is code, and an error subclass is as banned as its parent',
    tree: { 'src/mqtt/a.ts': 'const a = `at ${Date.now()} o`\nthrow new TypeError(a)' },
    finds: ['src/mqtt/a.ts:1: Date.now(', 'src/mqtt/a.ts:2: new Error('],
  },
])

prove('asserts', checkAsserts, [
  {
    what: 'a template is found, on whichever line of the call',
    tree: { 'src/core/a.ts': 'assert(a > b, `a is ${a}`)\nassert(\n  f(a),\n  `a`,\n)' },
    finds: ['src/core/a.ts:1:', 'src/core/a.ts:2:'],
  },
  {
    what: 'a constant text is fine, and so is a template after the call',
    tree: { 'src/core/a.ts': "assert(f(a), 'a is `odd`')\nreturn `${a}`" },
    finds: [],
  },
])

prove('file shape', checkFileShape, [
  {
    what: 'more than 400 lines are too many',
    tree: { 'src/core/a.ts': '\n'.repeat(401), 'src/core/b.ts': '\n'.repeat(400) },
    finds: ['src/core/a.ts:1: 401 lines'],
  },
  {
    what: 'names are kebab-case',
    tree: {
      'src/core/batchLayout.ts': '',
      'src/Core/a.ts': '',
      'src/core/batch-layout.test.ts': '',
    },
    finds: ['src/core/batchLayout.ts:1: "batchLayout"', 'src/Core/a.ts:1: "Core"'],
  },
  {
    what: 'a grab bag is no name, for a file or a folder',
    tree: { 'src/core/utils.ts': '', 'src/helpers/a.ts': '', 'src/mqtt/types.ts': '' },
    finds: ['src/core/utils.ts:1:', 'src/helpers/a.ts:1:', 'src/mqtt/types.ts:1:'],
  },
])

const UNFINISHED = 'FIX' + 'ME'
const ELSEWHERE = `/${'work'}/here`
const HOST = ['registry', 'example', 'com'].join('.')

prove('leftovers', checkLeftovers, [
  {
    what: 'unfinished work, in code or in prose',
    tree: { 'src/core/a.ts': `// ${UNFINISHED} later`, 'docs/a.md': `# A\n${UNFINISHED}` },
    finds: ['src/core/a.ts:1:', 'docs/a.md:2:'],
  },
  {
    what: 'a silenced compiler',
    tree: { 'src/core/a.ts': `// @ts-${'ignore'}` },
    finds: ['src/core/a.ts:1:'],
  },
  {
    what: 'a path of one machine, the host of a package index',
    tree: { 'docs/a.md': `see ${ELSEWHERE}`, 'package-lock.json': `{"x": "https://${HOST}/x"}` },
    finds: ['docs/a.md:1: a path of one machine', 'package-lock.json:1: the host'],
  },
  {
    what: 'the registry of a site is none',
    tree: { 'deploy/a.yaml': 'image: registry.site.local/edge' },
    finds: [],
  },
])

prove('dead files', checkDeadFiles, [
  {
    what: 'what only its own test imports is dead',
    tree: {
      'src/cli/main.ts': `import '../core/used.ts'`,
      'src/core/used.ts': '',
      'src/core/dead.ts': '',
      'ui/main.ts': `import './used.ts'`,
      'ui/used.ts': '',
      'ui/dead.ts': '',
      'src/core/dead.test.ts': `import './dead.ts'`,
    },
    finds: ['src/core/dead.ts:1:', 'ui/dead.ts:1:'],
  },
  {
    what: 'alive through a late import, a worker entry, a re-export or a bench',
    tree: {
      'src/cli/main.ts': `() => import('./late.ts')`,
      'src/cli/late.ts': `new Worker(new URL('../store/writer.ts', import.meta.url))`,
      'src/store/writer.ts': `export * from './journal.ts'`,
      'src/store/journal.ts': '',
      'bench/append.ts': `import '../src/core/seed.ts'`,
      'src/core/seed.ts': '',
    },
    finds: [],
  },
  {
    what: 'two files that only import each other are dead together',
    tree: { 'src/core/a.ts': `import './b.ts'`, 'src/core/b.ts': `import './a.ts'` },
    finds: ['src/core/a.ts:1:', 'src/core/b.ts:1:'],
  },
])

prove('markdown', checkMarkdown, [
  {
    what: 'one H1; a comment in a shell block is none',
    tree: { 'a.md': '# A\n\n```sh\n# not a title\n```\n', 'b.md': '# B\n# C\n', 'c.md': '## C\n' },
    finds: ['b.md:1: 2 H1', 'c.md:1: 0 H1'],
  },
  {
    what: 'links and their anchors lead somewhere',
    tree: {
      'a.md': '# A\n[b](docs/b.md) [c](docs/c.md)\n[here](#a) [there](docs/b.md#two-words)\n',
      'docs/b.md': '# B\n[up](../a.md#z) ![p](p.svg) [web](https://example.org/x)\n## Two words\n',
    },
    finds: [
      'a.md:2: link to docs/c.md',
      'docs/b.md:2: a.md has no heading #z',
      'docs/b.md:2: link to p.svg',
    ],
  },
  {
    what: 'references lead to a file that declares the name',
    tree: {
      'a.md': [
        '# A',
        '`src/core/a.ts#one` `src/core/a.ts#Two.three` `src/core/a.ts#Two.four` `src/core/`',
        '`src/core/a.ts#five` `src/core/b.ts` `src/core/a.ts#six`',
      ].join('\n'),
      'src/core/a.ts':
        'function one() {}\nclass Two {\n  three(): void {}\n  #four = 4\n}\n// const six\n',
    },
    finds: [
      'a.md:3: src/core/a.ts declares no five',
      'a.md:3: src/core/b.ts does',
      'a.md:3: src/core/a.ts',
    ],
  },
])

const REASON = 'a reason that is long enough to be one'
const REASONED: Tree = {
  'package.json': '{"dependencies": {"a": "1.2.3"}, "devDependencies": {"d": "1.0.0"}}',
  'package-lock.json': '{}',
  'tools/dependencies.json': JSON.stringify({
    runtime: [{ name: 'a', why: REASON, usedBy: ['api'] }],
    development: [{ name: 'd', why: REASON, usedBy: [] }],
  }),
  'docs/dependencies.md': '# Dependencies\n`a` `d`',
}

prove('dependencies', checkDependencies, [
  { what: 'a reasoned list is fine', tree: REASONED, finds: [] },
  {
    what: 'a package without a reason, a reason without a package',
    tree: { ...REASONED, 'package.json': '{"dependencies": {"b": "1.2.3"}}' },
    finds: [
      'tools/dependencies.json:1: no reason given for b',
      'tools/dependencies.json:1: a is',
      'tools/dep',
    ],
  },
  {
    what: 'a range of versions, a script at install time',
    tree: {
      ...REASONED,
      'package.json':
        '{"dependencies": {"a": "^1.2.3"}, "devDependencies": {"d": "1.0.0"}, "scripts": {"postinstall": "x"}}',
    },
    finds: ['package.json:1: a ^1.2.3', 'package.json:1: script "postinstall"'],
  },
  {
    what: 'a lockfile that names hosts or runs scripts',
    tree: { ...REASONED, 'package-lock.json': '{\n"resolved": "x",\n"hasInstallScript": true}' },
    finds: ['package-lock.json:2:', 'package-lock.json:3:'],
  },
  {
    what: 'an empty reason, a page that is silent',
    tree: {
      ...REASONED,
      'tools/dependencies.json': (REASONED['tools/dependencies.json'] ?? '').replace(REASON, ''),
      'docs/dependencies.md': '# Dependencies\n`a`',
    },
    finds: ['tools/dependencies.json:1: a needs', 'docs/dependencies.md:1: `d`'],
  },
  {
    what: 'an import in a part that is not named, a development package in the product',
    tree: {
      ...REASONED,
      'src/api/a.ts': `import 'a/deep'`,
      'src/mqtt/a.ts': `import 'a'`,
      'src/edge/a.ts': `import 'd'`,
      'src/mqtt/a.test.ts': `import 'd'`,
      'test/a.test.ts': `import '@scope/unknown/deep'`,
    },
    finds: [
      'src/mqtt/a.ts:1: a may',
      'src/edge/a.ts:1: d may',
      'test/a.test.ts:1: @scope/unknown/deep may',
    ],
  },
])

describe('reading source', () => {
  test('blanking keeps length, lines and code, and takes prose', () => {
    const text = 'a /* b\n*/ c // d\n"e\\"f" + `g ${h + `i`} j` / k / /[/"]l/.m'
    const bare = 'a     \n   c     \n"    " + `  ${h + ` `}  ` / k / /     /.m'
    assert.equal(blankOut(text), bare)
    for (const file of tree) assert.equal(file.bare.length, file.text.length, file.path)
  })

  test('imports in prose or in a string are none', () => {
    const file = sourceFile(
      'src/a.ts',
      `// import './x.ts'\nconst t = "import './y.ts'"\nimport './z.ts'`,
    )
    assert.deepEqual(
      importsOf(file).map(({ specifier }) => specifier),
      ['./z.ts'],
    )
  })

  test('the tree holds this file, so the checks have seen the repository', () => {
    assert.ok(tree.some(({ path }) => path === 'test/tidy.test.ts'))
  })
})
