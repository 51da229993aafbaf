import { GridError } from '../core/errors.ts'
import { type Manifest, backUp, restore } from '../store/doctor/backup.ts'
import type { Args, Command } from './command.ts'
import { requireFolder } from './store/folder.ts'
import { ProgressLine } from './store/progress-line.ts'

export const command: Command = {
  name: 'store',
  summary: 'Back up a data folder beside its running edge, and restore it.',
  positionals: 'backup|restore',
  options: {
    data: { value: 'DIR', help: 'data folder: what to back up, or an empty one to restore into' },
    out: { value: 'DIR', help: 'backup: where to, a folder that does not exist yet' },
    from: { value: 'DIR', help: 'restore: a folder that backup made; it is verified first' },
  },
  example: 'busbar store backup --data /var/lib/busbar --out /backup/busbar-monday',
  run: async (args) => {
    const [what, extra] = args.positionals
    if (extra === undefined && what === 'backup') return backup(args)
    if (extra === undefined && what === 'restore') return putBack(args)
    throw new GridError('usage', 'busbar store knows two things to do: backup and restore', {
      hint: command.example,
    })
  },
}

async function backup(args: Args): Promise<number> {
  const directory = args.required('data')
  const out = args.required('out')
  requireFolder(directory)
  const line = new ProgressLine(process.stderr)
  const manifest = await backUp(directory, { out, report: (progress) => line.show(progress) })
  line.clear()
  process.stdout.write(`${out}: ${summary(manifest)}\n`)
  return 0
}

async function putBack(args: Args): Promise<number> {
  const directory = args.required('data')
  const manifest = restore(args.required('from'), directory)
  process.stdout.write(`${directory}: ${summary(manifest)}, verified\n`)
  return 0
}

function summary({ takenAt, journal, files }: Manifest): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const megabytes = (bytes / 1e6).toFixed(1)
  return `everything up to row ${journal} of the journal, as of ${takenAt}, ${megabytes} MB in ${files.length} files`
}
