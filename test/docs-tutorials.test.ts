import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { withScratch } from './crash/scratch.ts'
import { ROOT, isInstalled } from './docs/demo-under-test.ts'
import { fencesOf, readPage, sectionOf } from './docs/pages.ts'
import { freePort } from './uplink/servers.ts'

/** What each tutorial needs beside Busbar. The processor's has a test of its own. */
const TUTORIALS: Readonly<Record<string, readonly string[]>> = {
  'two-substations': ['mosquitto_pub', 'curl'],
  meter: ['mosquitto_pub', 'curl'],
  policy: ['mosquitto_pub', 'curl', 'opa', 'openssl'],
}

/** Ports as the pages have them. */
const PORTS = [1883, 2883, 1884, 8080, 9080, 8081] as const

/** A machine that does other work as well is given its time. */
const PATIENCE_MS = 120_000

/** All that a person is told to type, in one shell. */
function scriptOf(page: string): string {
  const blocks = fencesOf(page).filter(({ language }) => language === 'sh')
  return ['set -e', ...blocks.map(({ text }) => text)].join('\n')
}

for (const [name, programs] of Object.entries(TUTORIALS)) {
  test(`docs/tutorial/${name}.md, from an empty folder to its last line`, async (t) => {
    for (const program of programs) {
      if (!(await isInstalled(program))) return t.skip(`${program} is not installed`)
    }
    return withScratch(`tutorial-${name}`, async (folder) => {
      let script = scriptOf(readPage(`docs/tutorial/${name}.md`)).replaceAll('/opt/busbar/', ROOT)
      for (const port of PORTS) {
        const free = await freePort()
        script = script.replaceAll(new RegExp(`(127\\.0\\.0\\.1:|-p )${port}\\b`, 'g'), `$1${free}`)
      }
      try {
        const { code, said } = await runShell(script, folder)
        assert.equal(code, 0, said.slice(-2000))
      } finally {
        endAll(folder)
      }
    })
  })
}

test('figures of the page about sizes follow from those that were measured', () => {
  const page = sectionOf(readPage('docs/operating/sizing.md'), '## Disk of a substation')
  const rows = [...page.matchAll(/^\| ([\d,]+) +\| ([\d.]+) B +\| ([\d.]+) GB/gm)]
  assert.ok(rows.length >= 3)
  for (const [, perSecond = '', bytes, gigabytes] of rows) {
    const year = (Number(perSecond.replaceAll(',', '')) * 31_536_000 * Number(bytes)) / 1e9
    assert.ok(Math.abs(year - Number(gigabytes)) <= year * 0.05, `${perSecond}: ${year}`)
  }
})

async function runShell(
  script: string,
  folder: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const child: ChildProcess = spawn('sh', ['-x', '-c', script], {
    cwd: folder,
    env: { ...process.env, PATH: `${join(ROOT, 'bin')}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => resolve({ code, said }))
  })
}

/** What a page that failed half-way has left running. */
function endAll(folder: string): void {
  for (const name of ['north', 'south', 'centre', 'edge']) {
    const path = join(folder, `${name}.pid`)
    if (!existsSync(path)) continue
    try {
      process.kill(Number(readFileSync(path, 'utf8')), 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
