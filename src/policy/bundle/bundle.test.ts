import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { sha256, shippedManifest, shippedPolicy, sitePolicy, unsignedPolicy } from './bundle.ts'

const shipped = join(import.meta.dirname, '../../../policy')
const folder = mkdtempSync(join(tmpdir(), 'busbar-bundle-'))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'site.tar.gz')
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const key = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })

/** A tar as `opa build` writes it: names with a leading slash, sizes in octal. */
function tar(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const head = Buffer.alloc(512)
    head.write(`/${name}`, 0)
    head.write(bytes.length.toString(8).padStart(11, '0'), 124)
    head.write('0', 156)
    return [head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

function bring(packed: Buffer): void {
  writeFileSync(path, packed)
  writeFileSync(`${path}.sig`, sign(null, packed, privateKey))
}

const wasm = readFileSync(join(shipped, 'policy.wasm'))

test('the shipped policy is the one whose digest is beside it', () => {
  const policy = shippedPolicy(shipped)
  assert.match(policy.revision, /^shipped-[0-9a-f]{16}$/)
  assert.deepEqual(Buffer.from(policy.wasm), wasm)
  copyFileSync(join(shipped, 'policy.json'), join(folder, 'policy.json'))
  const damaged = Buffer.from(wasm)
  damaged[5000] = (damaged[5000] ?? 0) ^ 1
  writeFileSync(join(folder, 'policy.wasm'), damaged)
  assert.throws(() => shippedPolicy(folder), /not the compiled policy that was shipped/)
  rmSync(join(folder, 'policy.wasm'))
  assert.throws(() => shippedPolicy(folder), /policy.wasm: no such file/)
})

test('the shipped policy was compiled from the rules beside it: otherwise node tools/build-policy.ts', () => {
  const rules = readdirSync(shipped).filter((name) => /(?<!_test)\.rego$/.test(name))
  const digests = rules.map((name) => [name, sha256(readFileSync(join(shipped, name)))])
  assert.deepEqual(shippedManifest(shipped).sources, Object.fromEntries(digests))
})

test('a bundle of the site is taken where one of its keys signed it', () => {
  bring(tar({ 'data.json': Buffer.from('{"a":1}'), 'policy.wasm': wasm }))
  const policy = sitePolicy({ path, keys: [other.toString(), key] })
  assert.match(policy.revision, /^site-[0-9a-f]{16}$/)
  assert.deepEqual(Buffer.from(policy.wasm), wasm)
  assert.equal(policy.data, '{"a":1}')
  assert.throws(() => sitePolicy({ path, keys: [other.toString()] }), /not signed by a key/)
  assert.throws(() => sitePolicy({ path, keys: [] }), /not signed by a key/)
})

test('one byte more, a signature less, a file that is cut off: refused', () => {
  const packed = tar({ 'policy.wasm': wasm })
  bring(packed)
  writeFileSync(path, Buffer.concat([packed, Buffer.from('x')]))
  assert.throws(() => sitePolicy({ path, keys: [key] }), /not signed by a key/)
  bring(packed)
  rmSync(`${path}.sig`)
  assert.throws(() => sitePolicy({ path, keys: [key] }), /site.tar.gz.sig: no such file/)
  bring(packed.subarray(0, 20_000))
  assert.throws(() => sitePolicy({ path, keys: [key] }), /no bundle of opa build/)
  rmSync(path)
  assert.throws(() => sitePolicy({ path, keys: [key] }), /site.tar.gz: no such file/)
})

test('a tar without a policy, a size beyond its end, and what unpacks to too much', () => {
  bring(tar({ 'data.json': Buffer.from('{}') }))
  assert.throws(() => unsignedPolicy(path), /has no policy.wasm/)
  const long = Buffer.alloc(1024)
  long.write('policy.wasm', 0)
  long.write('77777777777', 124)
  writeFileSync(path, gzipSync(long))
  assert.throws(() => unsignedPolicy(path), /cut off/)
  writeFileSync(path, gzipSync(Buffer.alloc(64 * 1024 * 1024)))
  assert.throws(() => unsignedPolicy(path), /no bundle of opa build/)
})

test('a key of another kind is named', () => {
  bring(tar({ 'policy.wasm': wasm }))
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
  const pem = rsa.export({ type: 'spki', format: 'pem' }).toString()
  assert.throws(() => sitePolicy({ path, keys: [pem] }), /Ed25519 is needed, this is rsa/)
  assert.throws(() => sitePolicy({ path, keys: ['x'] }), /no public key in PEM/)
})
