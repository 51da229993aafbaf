import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './demo-under-test.ts'

const ENTER = join(ROOT, 'test/docs/machine/enter.sh')

/** A machine that does other work as well is given its time. */
const PATIENCE_MS = 180_000

/** Why no machine can be made here: a container may have neither namespaces nor layers to give. */
export async function noMachine(): Promise<string | false> {
  const missing = ['unshare', 'setpriv', 'ip', 'useradd'].find(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  )
  if (missing !== undefined) return `${missing} is not installed`
  const { code, said } = await runOnMachine('true')
  return code === 0 ? false : `no machine can be made: ${said.trim().slice(-200)}`
}

/** Lines of a shell, one after the other until one fails, on a machine that has Busbar installed and is gone afterwards. */
export async function runOnMachine(
  script: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-machine-'))
  const file = join(tmpdir(), `${folder.split('/').at(-1)}.sh`)
  writeFileSync(file, script)
  const words = ['-nmpf', '--kill-child', ENTER, folder, ROOT, file]
  const child = spawn('unshare', words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject).once('exit', (code) => resolve({ code, said }))
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(file, { force: true })
  }
}
