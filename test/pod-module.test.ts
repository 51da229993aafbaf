import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { parseManifest } from '../src/kernel/manifest.ts'
import { importsOf, textOf, voidedBy } from './pod/module-text.ts'
import { podFile } from './pod/tested-pod.ts'

const ROOT = join(import.meta.dirname, '..')

/** As WasmEdge 0.14 has them, the first version of each. One parameter more or fewer links there, and corrupts its memory. */
const SIGNATURES = [
  'environ_sizes_get (i32,i32)->i32',
  'environ_get (i32,i32)->i32',
  'clock_time_get (i32,i64,i32)->i32',
  'fd_write (i32,i32,i32,i32)->i32',
  'fd_close (i32)->i32',
  'fd_fdstat_set_flags (i32,i32)->i32',
  'poll_oneoff (i32,i32,i32,i32)->i32',
  'sock_open (i32,i32,i32)->i32',
  'sock_connect (i32,i32,i32)->i32',
  'sock_recv (i32,i32,i32,i32,i32,i32)->i32',
  'sock_send (i32,i32,i32,i32,i32)->i32',
  'sock_getsockopt (i32,i32,i32,i32,i32)->i32',
  'sock_getaddrinfo (i32,i32,i32,i32,i32,i32,i32,i32)->i32',
]

let file: string
let text: string
before(async () => {
  file = await podFile('node', 'power-data-processor')
  text = textOf(readFileSync(file))
})

test('the pod imports what WASI and WasmEdge have, with their signatures, and nothing else', () => {
  const found = importsOf(text)
  assert.ok(found.length > 10, 'there are imports to look at')
  for (const own of found) assert.ok(SIGNATURES.includes(own), `imports ${own}`)
})

test('the pod is a program with a bound on its memory', () => {
  assert.match(text, /\(export "_start" \(func/)
  assert.match(text, /\(memory \S+ \d+ \d+\)/)
})

test('the scanner finds what it is to find', () => {
  const module = (instruction: string): Uint8Array =>
    Buffer.from(
      `0061736d0100000001060160017c017c030201000a09010700200020 00${instruction}0b`.replaceAll(
        ' ',
        '',
      ),
      'hex',
    )
  assert.deepEqual(voidedBy(textOf(module('a4'))), ['f64.min'])
  assert.deepEqual(voidedBy(textOf(module('a5'))), ['f64.max'])
  assert.deepEqual(voidedBy(textOf(module('a0'))), [])
})

describe('no module has an instruction that voids its ahead-of-time compilation', () => {
  test('power-data-processor', () => assert.deepEqual(voidedBy(text), []))
  for (const name of readdirSync(join(ROOT, 'kernel/modules'))) {
    test(name, () => {
      const instructions = textOf(readFileSync(join(ROOT, 'kernel/modules', name)))
      assert.deepEqual(
        voidedBy(instructions),
        [],
        'compare and select instead of Math.min and Math.max',
      )
    })
  }
})

for (const pod of ['power-data-processor', 'high-load']) {
  test(`each processor in ${pod} has the name and reads of its manifest`, () => {
    const entry = readFileSync(join(ROOT, `kernel/pod/${pod}.ts`), 'utf8')
    const hosted = [
      ...entry.matchAll(
        /^import '\.\.\/([\w-]+)\/module\.ts'|^host\(\s*'([\w-]+)',\s*'([^']*)',?\s*\)/gm,
      ),
    ]
    assert.ok(hosted.length > 0 && hosted.length % 2 === 0)
    for (let at = 0; at < hosted.length; at += 2) {
      const folder = hosted[at]?.[1] ?? ''
      const path = join(ROOT, `kernel/${folder}/manifest.json`)
      const { name, reads } = parseManifest(readFileSync(path, 'utf8'), path)
      assert.deepEqual(hosted[at + 1]?.slice(2), [name, reads.join(' ')], folder)
    }
  })
}

const wasmEdge = spawnSync('wasmedge', ['--version'])
const skip = wasmEdge.error === undefined ? false : 'wasmedge is not in PATH'

test('compiled ahead of time it lacks no symbol, and is not interpreted', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-aot-'))
  try {
    const library = join(folder, 'pod.so')
    assert.equal(spawnSync('wasmedge', ['compile', file, library]).status, 0)
    const symbols = spawnSync('nm', ['-D', library], { encoding: 'utf8' })
    assert.doesNotMatch(symbols.stdout, / U /)
    const universal = join(folder, 'pod.aot.wasm')
    assert.equal(spawnSync('wasmedge', ['compile', file, universal]).status, 0)
    const refused = ['--env', 'MQTT_PORT=none', universal]
    const { status, stderr } = spawnSync('wasmedge', refused, { encoding: 'utf8' })
    assert.notEqual(status, 0)
    assert.doesNotMatch(stderr, /use interpreter mode/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
