import { type ComponentChild, h } from 'preact'
import { type Problem, type Reply, putBytes, tellBytes } from '../../edge/request.ts'
import { DeedDialog } from '../../element/deed-dialog.ts'
import { html } from '../../html.ts'
import { say } from '../../text/say.ts'
import { type SignedFile, pathOf, signedFiles } from './signed-files.ts'

type Uploaded = { readonly revision: number }

/** A folder that `busbar fleet sign` has made: what is in it first, then the set itself. The signature is made elsewhere. */
export function UploadDialog({ onClose }: { readonly onClose: () => void }): ComponentChild {
  return h(DeedDialog<Uploaded>, {
    title: say('fleet.upload'),
    verb: say('fleet.send'),
    isLoginEnough: true,
    content: html`<p class="notes">${say('fleet.uploadText')}</p>
      <label class="field">
        <span>${say('fleet.folder')}</span>
        <input type="file" name="files" webkitdirectory multiple required />
      </label>`,
    send: async (form) => upload(form.getAll('files').filter((file) => file instanceof File)),
    onDone: () => {},
    onClose,
  })
}

async function upload(files: readonly File[]): Promise<Reply<Uploaded>> {
  const set = files.find((file) => pathOf(file) === 'set.json')
  if (set === undefined) return refused(say('fleet.noSetFile'))
  const named = signedFiles(await set.text())
  if (named === undefined) return refused(say('fleet.noSetFile'))
  for (const each of named) {
    const file = files.find((one) => pathOf(one) === each.path)
    if (file === undefined) return refused(say('fleet.missingFile', { path: each.path }))
    const kept = await putBytes(`/api/v1/fleet/contents/${each.sha256}`, await file.arrayBuffer())
    if (kept.kind === 'problem') return { kind: 'problem', problem: about(kept.problem, each) }
  }
  return tellBytes<Uploaded>('/api/v1/fleet/sets', await set.arrayBuffer())
}

/** Which file it is about. */
function about(problem: Problem, { path }: SignedFile): Problem {
  return { ...problem, detail: `${path}: ${problem.detail}` }
}

function refused(detail: string): Reply<Uploaded> {
  return { kind: 'problem', problem: { status: 400, detail, hint: '' } }
}
