import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { formatAddress } from '../../src/core/address.ts'
import type { TestedEdge } from '../mqtt/tested-edge.ts'

const ROOT = join(import.meta.dirname, '../..')

/** A line of a page, in a folder, with `busbar` being ours and the edge of the page the one given. What asks is asked again until it has an answer. */
export async function runIn(
  folder: string,
  line: string,
  edge: TestedEdge | undefined,
): Promise<{ readonly code: number; readonly said: string }> {
  let here = line.replace(/^busbar/, `${join(ROOT, 'bin/busbar')}`)
  if (edge !== undefined) {
    here = here
      .replace('--data var/edge', `--data ${join(edge.directory, 'data')}`)
      .replace('-h 127.0.0.1', `-h 127.0.0.1 -p ${edge.mqtt.port}`)
      .replace('127.0.0.1:8080', formatAddress(edge.http))
      .replace('processor list', `processor list --url http://${formatAddress(edge.http)}`)
  }
  const isQuestion = / list|curl/.test(line)
  for (let left = isQuestion ? 40 : 1; ; left--) {
    const answer = await runLine(folder, here)
    const isEmpty = /":\[\s*\]/.test(answer.said) || !/high-load|load\.high/.test(answer.said)
    if (left === 1 || !isQuestion || !isEmpty) return answer
    await delay(250)
  }
}

async function runLine(
  folder: string,
  line: string,
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', line], { cwd: folder })
    let said = ''
    const hear = (text: string): void => {
      said += text
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.once('close', (code) => resolve({ code: code ?? 1, said }))
  })
}
