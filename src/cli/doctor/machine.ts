import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, release, totalmem } from 'node:os'
import { delimiter, join } from 'node:path'
import { type Check, judged } from './check.ts'

const GIB = 2 ** 30
/** Of `statfs`: the one hierarchy of cgroups. */
const CGROUP2 = 0x63677270
/** Of a supervised edge with 10,000 clients. */
const FILES_LEAST = 4096
const FILES_ENOUGH = 16_384

/** What a machine has, whatever runs on it. */
export function machineChecks(): readonly Check[] {
  return [processor(), cores(), memory(), kernel(), openFiles(), clock(), cgroups(), ...runtimes()]
}

function processor(): Check {
  const isBad = process.arch !== 'x64' && process.arch !== 'arm64'
  const advice = 'Busbar runs on x86-64 and ARM64.'
  return judged('processor', process.arch, { isBad, isPoor: false, advice })
}

function cores(): Check {
  const count = availableParallelism()
  const advice = 'An edge wants two cores; with K3s and processors in pods four.'
  return judged('cores', String(count), { isBad: count < 2, isPoor: count < 4, advice })
}

function memory(): Check {
  const bytes = totalmem()
  const text = `${(bytes / GIB).toFixed(1)} GiB`
  const advice =
    'An edge takes up to 512 MB, K3s another 1 to 2 GB; 4 GB are right, 8 GB with pods.'
  return judged('memory', text, { isBad: bytes < GIB, isPoor: bytes < 3.5 * GIB, advice })
}

function kernel(): Check {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const isOld = major < 5 || (major === 5 && minor < 4)
  const advice = 'Take a distribution whose kernel is 5.4 or newer: K3s and cgroups v2 want it.'
  return judged('kernel', release(), { isBad: major < 4, isPoor: isOld, advice })
}

function openFiles(): Check {
  const most = Number(/^Max open files +\d+ +(\d+)/m.exec(read('/proc/self/limits'))?.[1] ?? 0)
  const advice = 'Set LimitNOFILE=65536 in the unit, or nofile in /etc/security/limits.conf.'
  const levels = { isBad: most > 0 && most < FILES_LEAST, isPoor: most < FILES_ENOUGH, advice }
  return judged('open files', most === 0 ? 'the system does not say' : `up to ${most}`, levels)
}

/** Whether anybody keeps it right; undefined: nobody can say. */
export function isClockKept(): boolean | undefined {
  const asked = spawnSync('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
    encoding: 'utf8',
  })
  const answer = asked.status === 0 ? asked.stdout.trim() : ''
  if (answer !== '') return answer === 'yes'
  const tracking = spawnSync('chronyc', ['tracking'], { encoding: 'utf8' })
  if (tracking.status === 0) return /^Leap status +: Normal$/m.test(tracking.stdout)
  return existsSync('/run/systemd/timesync/synchronized') ? true : undefined
}

function clock(): Check {
  const kept = isClockKept()
  const text =
    kept === undefined ? 'nobody here can say' : kept ? 'synchronised' : 'not synchronised'
  const advice =
    'Install chrony with a time server that the substation reaches, and see chronyc tracking: devices without a clock get the time of this machine.'
  return judged('clock', text, { isBad: kept === false, isPoor: kept === undefined, advice })
}

function cgroups(): Check {
  const isNew = kindOf('/sys/fs/cgroup') === CGROUP2
  const advice =
    'For K3s with crun boot with systemd.unified_cgroup_hierarchy=1; an edge as a service does not mind.'
  return judged('cgroups', isNew ? 'v2' : 'not v2 alone', { isBad: false, isPoor: !isNew, advice })
}

/** Looked for where K3s looks, too: it finds them when it starts, and then no more. */
function runtimes(): readonly Check[] {
  const crun = found('crun-wasm') ?? found('crun')
  const folders = [
    '/usr/local/lib',
    '/usr/lib',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
  ]
  const library = folders.map((folder) => join(folder, 'libwasmedge.so.0')).find(existsSync)
  const containers = found('containerd') ?? found('k3s')
  const needed = 'Needed for processors in pods only'
  return [
    part('crun', crun, `${needed}: install crun built with WasmEdge as /usr/local/bin/crun-wasm.`),
    part(
      'WasmEdge',
      library,
      `${needed}: put libwasmedge.so.0 into /usr/local/lib and run ldconfig.`,
    ),
    part(
      'containerd',
      containers,
      'Needed where the edge is to run as a container: K3s brings it along.',
    ),
  ]
}

function part(name: string, path: string | undefined, advice: string): Check {
  return judged(name, path ?? 'not found', { isBad: false, isPoor: path === undefined, advice })
}

function found(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin']
  return folders.map((folder) => join(folder, program)).find(existsSync)
}

function kindOf(path: string): number {
  try {
    return statfsSync(path).type
  } catch {
    return 0
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
