import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, describe, test } from 'node:test'
import { parse } from 'yaml'
import { missingPrograms, runProgram } from './deploy/programs.ts'

const FOLDER = join(import.meta.dirname, '../deploy/k3s')
const IMAGES = '/var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst'
const TEMPLATE = '/var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl'

interface Outcome {
  readonly status: number | null
  readonly text: string
}

/** A computer of a substation, as a folder, and a stick with files of another content than the real ones. */
class Computer {
  readonly root: string
  readonly files: string
  readonly #folder: string

  constructor(t: TestContext) {
    this.#folder = mkdtempSync(join(tmpdir(), 'busbar-k3s-'))
    t.after(() => rmSync(this.#folder, { recursive: true }))
    this.root = join(this.#folder, 'root')
    this.files = join(this.#folder, 'files')
    for (const folder of [this.root, this.files]) mkdirSync(folder)
    for (const name of ['k3s', 'k3s-airgap-images-amd64.tar.zst', 'crun', 'libwasmedge.so.0'])
      writeFileSync(join(this.files, name), `this is ${name}\n`)
    const sums = readdirSync(this.files).map(
      (name) => `${sha256(join(this.files, name))}  ${name}\n`,
    )
    writeFileSync(join(this.files, 'SHA256SUMS'), sums.join(''))
    // What a machine of this kind says of itself.
    mkdirSync(join(this.#folder, 'proc'))
    writeFileSync(join(this.#folder, 'proc/cpuinfo'), 'processor\t: 0\nprocessor\t: 1\n'.repeat(2))
    writeFileSync(join(this.#folder, 'proc/meminfo'), 'MemTotal:        8000000 kB\n')
    mkdirSync(join(this.#folder, 'cgroup'))
    writeFileSync(join(this.#folder, 'cgroup/cgroup.controllers'), 'cpu memory\n')
  }

  get sums(): string {
    return sha256(join(this.files, 'SHA256SUMS'))
  }

  install(...words: string[]): Outcome {
    const from = ['--site', 'north-07', '--files', this.files, '--sums', this.sums]
    return this.run('install.sh', ['--skip-preflight', ...from, ...words])
  }

  run(script: string, words: readonly string[]): Outcome {
    const env = {
      PATH: process.env['PATH'],
      BUSBAR_ARCHITECTURE: 'amd64',
      BUSBAR_PROC: join(this.#folder, 'proc'),
      BUSBAR_CGROUPS: join(this.#folder, 'cgroup'),
    }
    const all = [join(FOLDER, script), '--root', this.root, ...words]
    const { status, stdout, stderr } = spawnSync('bash', all, { encoding: 'utf8', env })
    return { status, text: stdout + stderr }
  }

  fetch(...words: string[]): Outcome {
    const env = { PATH: process.env['PATH'], BUSBAR_ARCHITECTURE: 'amd64' }
    const all = [join(FOLDER, 'fetch.sh'), ...words]
    const { status, stdout, stderr } = spawnSync('bash', all, { encoding: 'utf8', env })
    return { status, text: stdout + stderr }
  }

  at(path: string): string {
    return join(this.root, path)
  }

  read(path: string): string {
    return readFileSync(this.at(path), 'utf8')
  }

  set(name: 'cpuinfo' | 'meminfo', text: string): void {
    writeFileSync(join(this.#folder, 'proc', name), text)
  }

  loseCgroups(): void {
    rmSync(join(this.#folder, 'cgroup/cgroup.controllers'))
  }
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

describe('deploy/k3s', () => {
  test('shellcheck has nothing to say', { skip: missingPrograms('shellcheck') }, () => {
    const scripts = ['deploy/k3s/install.sh', 'deploy/k3s/uninstall.sh', 'deploy/k3s/fetch.sh']
    const all = [
      ...scripts,
      'deploy/k3s/steps.sh',
      'deploy/k3s/preflight.sh',
      'tools/deploy-tools.sh',
    ]
    assert.deepEqual(runProgram('shellcheck', ['-x', ...all]), { status: 0, text: '' })
  })

  test('install.sh puts everything where K3s and containerd look for it', (t) => {
    const computer = new Computer(t)
    const { status, text } = computer.install()
    assert.equal(status, 0, text)
    assert.equal(computer.read('/usr/local/bin/k3s'), 'this is k3s\n')
    assert.equal(computer.read('/usr/local/bin/crun-wasm'), 'this is crun\n')
    assert.equal(computer.read('/usr/local/lib/libwasmedge.so.0'), 'this is libwasmedge.so.0\n')
    assert.ok(existsSync(computer.at(IMAGES)))
    assert.equal(statSync(computer.at('/usr/local/bin/crun-wasm')).mode & 0o777, 0o755)
    assert.equal(computer.read(TEMPLATE), readFileSync(join(FOLDER, 'config.toml.tmpl'), 'utf8'))
    const config = parse(computer.read('/etc/rancher/k3s/config.yaml')) as Record<string, unknown>
    assert.deepEqual(config['node-label'], ['node-type=edge', 'site=north-07'])
    assert.deepEqual(config['disable'], ['traefik', 'metrics-server'])
    assert.equal(config['server'], undefined)
    assert.match(
      computer.read('/etc/systemd/system/k3s.service'),
      /^ExecStart=\/usr\/local\/bin\/k3s server$/m,
    )
    assert.equal(statSync(computer.at('/etc/rancher/k3s/config.yaml')).mode & 0o777, 0o600)
    assert.equal(statSync(computer.at('/var/lib/busbar')).mode & 0o777, 0o750)
    assert.doesNotMatch(text, /--wasm/)
    assert.ok(text.indexOf('crun-wasm') < text.indexOf('systemctl restart k3s'), 'before it starts')
  })

  test('once more changes nothing', (t) => {
    const computer = new Computer(t)
    computer.install()
    const { status, text } = computer.install()
    assert.equal(status, 0, text)
    assert.match(text, /changes {4}0$/m)
    assert.match(text, /nothing has changed/)
    assert.doesNotMatch(text, /write|copy|restart/)
  })

  test('what somebody changed comes back', (t) => {
    const computer = new Computer(t)
    computer.install()
    writeFileSync(computer.at(TEMPLATE), '')
    const { text } = computer.install()
    assert.match(text, /changes {4}1$/m)
    assert.match(computer.read(TEMPLATE), /crun-wasm/)
  })

  test('--dry-run says each step and takes none', (t) => {
    const computer = new Computer(t)
    const { status, text } = computer.install('--dry-run')
    assert.equal(status, 0, text)
    assert.match(text, /copy {7}\/usr\/local\/bin\/crun-wasm \(0755\)/)
    assert.match(text, /run {8}systemctl restart k3s/)
    assert.deepEqual(readdirSync(computer.root), [])
  })

  test('a node of a cluster, with a registry', (t) => {
    const computer = new Computer(t)
    const token = join(computer.files, 'token')
    writeFileSync(token, 'secret\n')
    const cluster = ['--server', 'https://10.20.0.2:6443', '--token-file', token]
    const registry = ['--registry', 'https://10.20.0.5:5000', '--registry-ca', token]
    const { status, text } = computer.install(...cluster, ...registry)
    assert.equal(status, 0, text)
    assert.doesNotMatch(text, /secret/)
    const config = parse(computer.read('/etc/rancher/k3s/config.yaml')) as Record<string, unknown>
    assert.equal(config['server'], 'https://10.20.0.2:6443')
    assert.equal(config['token-file'], '/etc/rancher/k3s/token')
    assert.equal(statSync(computer.at('/etc/rancher/k3s/token')).mode & 0o777, 0o600)
    assert.match(computer.read('/etc/systemd/system/k3s.service'), /k3s agent$/m)
    const registries = parse(computer.read('/etc/rancher/k3s/registries.yaml')) as {
      mirrors: Record<string, { endpoint: string[] }>
      configs: Record<string, object>
    }
    assert.deepEqual(registries.mirrors['registry.site.local']?.endpoint, [
      'https://10.20.0.5:5000',
    ])
    assert.deepEqual(Object.keys(registries.configs), ['10.20.0.5:5000'])
  })

  test('files that are not those of the checklist are not installed', (t) => {
    const computer = new Computer(t)
    const { sums } = computer
    writeFileSync(join(computer.files, 'crun'), 'another\n')
    const damaged = computer.install()
    assert.equal(damaged.status, 1)
    assert.match(damaged.text, /crun: FAILED[\s\S]*Copy it again/)
    const sum = `${sha256(join(computer.files, 'crun'))}  crun\n`
    writeFileSync(join(computer.files, 'SHA256SUMS'), sum)
    const forged = computer.run('install.sh', [
      '--skip-preflight',
      '--site',
      'n',
      '--files',
      computer.files,
      '--sums',
      sums,
    ])
    assert.equal(forged.status, 1)
    assert.match(forged.text, /not what --sums says/)
    assert.match(computer.install().text, /SHA256SUMS does not have k3s/)
    assert.deepEqual(readdirSync(computer.root), [])
  })

  test('a machine that is not fit is left as it is, with what to do', (t) => {
    const computer = new Computer(t)
    computer.set('cpuinfo', 'processor\t: 0\n')
    computer.set('meminfo', 'MemTotal:        4000000 kB\n')
    computer.loseCgroups()
    const words = ['--site', 'north-07', '--files', computer.files, '--sums', computer.sums]
    const { status, text } = computer.run('install.sh', words)
    assert.equal(status, 1)
    assert.match(text, /NOT OK {5}1 cores: at least 4/)
    assert.match(text, /NOT OK {5}3906 MiB of memory/)
    assert.match(text, /NOT OK {5}cgroup v2: boot with systemd.unified_cgroup_hierarchy=1/)
    assert.deepEqual(readdirSync(computer.root), [])
  })

  test('a line that is wrong is refused with 2', (t) => {
    const computer = new Computer(t)
    for (const words of [
      ['--wasm'],
      ['--site'],
      ['--site', 'North 07', '--files', computer.files, '--sums', computer.sums],
      ['--site', 'n', '--files', computer.files],
      ['--site', 'n', '--online'],
      ['--site', 'n', '--files', computer.files, '--sums', computer.sums, '--server', 'https://x'],
    ])
      assert.equal(computer.run('install.sh', words).status, 2, words.join(' '))
  })

  test('uninstall.sh takes it away and leaves the readings, unless they are meant too', (t) => {
    const computer = new Computer(t)
    computer.install()
    mkdirSync(computer.at('/var/lib/rancher/k3s/storage/pvc-1'), { recursive: true })
    const { status, text } = computer.run('uninstall.sh', [])
    assert.equal(status, 0, text)
    for (const path of ['/usr/local/bin', '/usr/local/lib', '/etc/systemd/system', '/etc/rancher'])
      assert.deepEqual(readdirSync(computer.at(path)), [], path)
    assert.deepEqual(readdirSync(computer.at('/var/lib/rancher/k3s')), ['storage'])
    assert.ok(existsSync(computer.at('/var/lib/busbar')))
    assert.equal(computer.run('uninstall.sh', ['--with-data']).status, 0)
    assert.deepEqual(readdirSync(computer.at('/var/lib')), [])
  })

  test('fetch.sh takes what the release vouches for, and says the hash for the checklist', (t) => {
    const computer = new Computer(t)
    const to = join(computer.files, 'fetched')
    const release = join(computer.files, 'sha256sum-amd64.txt')
    const words = ['--to', to, '--runtimes', computer.files, '--from', `file://${computer.files}`]
    writeFileSync(release, readFileSync(join(computer.files, 'SHA256SUMS')))
    const { status, text } = computer.fetch(...words)
    assert.equal(status, 0, text)
    assert.ok(text.includes(`--sums ${sha256(join(to, 'SHA256SUMS'))}`))
    writeFileSync(join(computer.files, 'k3s'), 'on the way changed\n')
    const forged = computer.fetch(...words)
    assert.equal(forged.status, 1)
    assert.match(forged.text, /k3s is not what the release says/)
  })
})
