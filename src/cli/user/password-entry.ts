import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { Writable } from 'node:stream'
import { GridError } from '../../core/errors.ts'

/** The first line of standard input, or typed on a terminal without being shown; never a word of the command line, which others on the machine can see. */
export async function readPassword(how: 'once' | 'twice'): Promise<string> {
  if (!process.stdin.isTTY) {
    const [line = ''] = (await text(process.stdin)).split(/\r?\n/)
    return line
  }
  const password = await typed('Password: ')
  if (how === 'twice' && (await typed('Once more: ')) !== password)
    throw new GridError('input', 'the two are not the same; nothing was changed')
  return password
}

/** A line editor that writes nowhere shows nothing. */
async function typed(prompt: string): Promise<string> {
  process.stderr.write(prompt)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const editor = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  try {
    return await editor.question('')
  } finally {
    editor.close()
    process.stderr.write('\n')
  }
}
