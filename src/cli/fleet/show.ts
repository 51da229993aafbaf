import type { Args } from '../command.ts'
import { SetFolder } from './set-folder.ts'

/** What a signed set says, and whether what lies beside it is what it names. */
export async function run(args: Args, [, path]: readonly string[]): Promise<number> {
  const folder = new SetFolder(path)
  const { manifest, digest, signer } = folder.signed()
  const here = new Set(folder.files().map((file) => file.sha256))
  const missing = manifest.files.filter((file) => !here.has(file.sha256))
  if (args.flag('json')) {
    process.stdout.write(`${JSON.stringify({ digest, signer, ...manifest, missing })}\n`)
    return missing.length === 0 ? 0 : 1
  }
  const { revision, title, watchSeconds, files } = manifest
  const lines = [
    `set ${revision}, ${title}: ${digest}`,
    `signed with ${signer}; watched for ${watchSeconds} s`,
    ...files.map(({ role, name, bytes, sha256 }) =>
      `  ${role.padEnd(17)} ${name.padEnd(20)} ${String(bytes).padStart(9)} ${sha256}`.trimEnd(),
    ),
    ...missing.map(({ role, name }) => `${role} ${name}: another one lies here`),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return missing.length === 0 ? 0 : 1
}
