import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { GridError, errorText } from '../../core/errors.ts'
import { publicText } from '../../core/signed-text.ts'
import type { Args } from '../command.ts'

/** Makes a key to sign processors with. The public half goes to the site files, the private one stays where it is made. */
export async function run(args: Args): Promise<number> {
  const out = args.required('out')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' })
  try {
    writeFileSync(out, text, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    throw new GridError('input', `${out} cannot be made: ${errorText(cause)}`, { cause })
  }
  process.stdout.write(`${publicText(publicKey)}\n`)
  return 0
}
