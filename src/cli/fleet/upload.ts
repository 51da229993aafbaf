import type { Args } from '../command.ts'
import { askCentre } from './centre-request.ts'
import { SetFolder } from './set-folder.ts'

/** Gives a signed set to the centre: first what is in it. What is there already stays. */
export async function run(args: Args, [, path]: readonly string[]): Promise<number> {
  const folder = new SetFolder(path)
  const set = folder.signed()
  const named = new Set(set.manifest.files.map((file) => file.sha256))
  for (const { sha256, path: file } of folder.files()) {
    if (!named.has(sha256)) continue
    const body = new Uint8Array(folder.content(file))
    await askCentre(args, { method: 'PUT', path: `/api/v1/fleet/contents/${sha256}`, body })
  }
  const body = Buffer.from(set.text)
  await askCentre(args, { method: 'POST', path: '/api/v1/fleet/sets', body })
  process.stdout.write(`${set.digest}\n`)
  return 0
}
