import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Container } from './image/container.ts'
import { Unpacked } from './image/unpacked.ts'
import { startMosquitto } from './uplink/servers.ts'

const ROOT = join(import.meta.dirname, '..')
const USER = 10001
const MACHINE = process.arch === 'arm64' ? 'arm64' : 'amd64'
const AGGREGATES = 'grid/m1/aggregates/10m'
const missing = ['buildah', 'crun', 'mmdebstrap', 'mosquitto_pub', 'unshare'].find(
  (tool) => spawnSync(tool, ['--version']).error !== undefined,
)
const skip =
  missing !== undefined
    ? `${missing} is not in PATH`
    : process.getuid?.() !== 0 && 'only root may build and run containers here'

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string
}
const folder = mkdtempSync(join(tmpdir(), 'busbar-image-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** As `npm run image` builds it, unpacked. */
function built(name: string, into: string): Unpacked {
  const only = name.replace('busbar-', '')
  // What Debian sent once is kept for the next time.
  const out = join(ROOT, 'var/image')
  const words = [join(ROOT, 'tools/build-image.ts'), '--only', only, '--out', out]
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' }
  const said = execFileSync(process.execPath, words, { env, encoding: 'utf8' })
  const image = new Unpacked(join(out, `${name}-${version}-${MACHINE}.tar`), join(folder, into))
  assert.ok(said.includes(image.digest), 'the digest that it prints is that of the archive')
  return image
}

describe('the image of an edge', { skip }, () => {
  test('runs without root, shell and a disk of its own that can be written; is well, takes readings, ends', async () => {
    const image = built('busbar-edge', 'edge')
    assert.ok(image.megabytes < 200, `${image.megabytes} MB`)
    assert.equal(image.config.User, `${USER}:${USER}`)
    assert.deepEqual(globSync('{,usr/}{bin,sbin}/*', { cwd: image.rootfs }), [])
    assert.ok(existsSync(join(image.rootfs, 'opt/busbar/licences.txt')))
    const sbom = readFileSync(join(image.rootfs, 'opt/busbar/sbom.cdx.json'), 'utf8')
    for (const part of ['pkg:deb/debian/libc6@', 'pkg:npm/node-linux-', 'pkg:npm/fastify@'])
      assert.ok(sbom.includes(part), part)

    const mounts = {
      '/etc/busbar': { from: join(folder, 'etc') },
      '/var/lib/busbar': { from: join(folder, 'data'), writable: true },
    }
    for (const { from } of Object.values(mounts)) mkdirSync(from)
    chownSync(join(folder, 'data'), USER, USER)
    writeFileSync(join(folder, 'etc/site.yaml'), readFileSync(join(ROOT, 'examples/open.yaml')))
    const [own = '', ...usual] = image.config.Cmd ?? []
    const words = [own, ...usual.map((word) => (/^:\d+$/.test(word) ? '127.0.0.1:0' : word))]
    const edge = new Container(image, { words, mounts })
    try {
      const [, port = '', http = ''] = await edge.until(/ready mqtt=127\.0\.0\.1:(\d+) http=(\S+)/)
      const message = ['-t', 'grid/m1/readings', '-m', '{"values":{"voltage.a":231.5}}']
      execFileSync('mosquitto_pub', ['-p', port, '-V', '5', '-q', '1', ...message])
      const latest = await (await fetch(`http://${http}/api/v1/latest`)).text()
      assert.match(latest, /231\.5/)
      assert.match(await (await fetch(`http://${http}/`)).text(), /\/ui\/main\.ts/)
      await using asked = new Container(image, { words: ['health', '--url', http] })
      assert.equal(await asked.end(0), 0, asked.output)
      assert.equal(await edge.end(), 0, edge.output)
      await using nobody = new Container(image, { words: ['health', '--url', http] })
      assert.equal(await nobody.end(0), 1, nobody.output)
    } finally {
      await edge[Symbol.asyncDispose]()
    }
    // The same once more, to the last byte.
    assert.equal(built('busbar-edge', 'again').digest, image.digest)
  })
})

describe('the image of the processors', { skip }, () => {
  test('is for crun, and of one file', () => {
    const image = built('power-data-processor', 'pod')
    assert.equal(image.annotations['module.wasm.image/variant'], 'compat-smart')
    assert.deepEqual(globSync('**', { cwd: image.rootfs }), ['.', 'power-data-processor.wasm'])
    assert.deepEqual(image.config.Entrypoint, ['/power-data-processor.wasm'])
  })

  const crun = spawnSync('crun', ['--version'], { encoding: 'utf8' }).stdout ?? ''
  const skipRun = !crun.includes('WASM:wasmedge') && 'this crun was not built with WasmEdge'
  test('runs, takes readings from its broker, ends by SIGTERM', { skip: skipRun }, async () => {
    const archive = `var/image/power-data-processor-${version}-${MACHINE}.tar`
    const image = new Unpacked(join(ROOT, archive), join(folder, 'pod-run'))
    const own = join(folder, 'mosquitto')
    mkdirSync(own)
    await using broker = await startMosquitto(own)
    const port = String(broker.port)
    const heard = spawn('mosquitto_sub', ['-p', port, '-C', '1', '-W', '20', '-t', AGGREGATES])
    const { annotations } = image
    const env = [`MQTT_PORT=${port}`]
    await using pod = new Container(image, { annotations, env, sharesProcesses: true })
    await pod.until(/^ready$/m)
    for (const ts of [1000, 600_000]) {
      const reading = JSON.stringify({ ts, values: { 'voltage.a': 231.5 } })
      const words = ['-V', '5', '-q', '1', '-t', 'grid/m1/readings', '-m', reading]
      execFileSync('mosquitto_pub', ['-p', port, ...words])
    }
    assert.match((await heard.stdout.toArray()).join(''), /"voltage\.a".*"value":231\.5/)
    const start = performance.now()
    assert.equal(await pod.end(), 128 + constants.signals.SIGTERM)
    assert.ok(performance.now() - start < 2000)
  })
})

describe('the Containerfiles', () => {
  const files = globSync('deploy/image/*Containerfile', { cwd: ROOT })

  test('run nothing while they are built, name no user and no shell', () => {
    assert.equal(files.length, 2)
    for (const file of files) {
      const text = readFileSync(join(ROOT, file), 'utf8')
      assert.doesNotMatch(text, /^(?:RUN|ADD|SHELL)\b|:latest/m, file)
      assert.match(text, /^USER [1-9]\d*:[1-9]\d*$/m, file)
      for (const [, words] of text.matchAll(/^ *(?:ENTRYPOINT|CMD) (.*)$/gm))
        assert.match(words ?? '', /^\[".*"\]$/, file)
    }
    const programs = readFileSync(join(ROOT, 'deploy/image/Containerfile'), 'utf8')
    assert.equal([...programs.matchAll(/^HEALTHCHECK /gm)].length, 2)
  })

  const hadolint = spawnSync('hadolint', ['--version']).error === undefined
  test(
    'have nothing that hadolint knows better',
    { skip: !hadolint && 'hadolint is not in PATH' },
    () => {
      const { status, stdout } = spawnSync('hadolint', files, { cwd: ROOT, encoding: 'utf8' })
      assert.equal(status, 0, stdout)
    },
  )
})
