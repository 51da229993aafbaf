export interface SignedFile {
  /** In the folder of the set. */
  readonly path: string
  readonly sha256: string
}

const SINGLE: Readonly<Record<string, string>> = {
  policy: 'policy.tar.gz',
  'policy-signature': 'policy.tar.gz.sig',
  'policy-examples': 'policy-examples.json',
}

/** What a `set.json` names, and where it lies: docs/fleet.md. Undefined: it is none; whether it is a good one the centre says. */
export function signedFiles(text: string): readonly SignedFile[] | undefined {
  try {
    const { manifest } = JSON.parse(text) as { readonly manifest: string }
    const { files } = JSON.parse(manifest) as { readonly files: readonly Named[] }
    return files.map(({ role, name, sha256 }) => ({ path: placeOf(role, name), sha256 }))
  } catch {
    return undefined
  }
}

interface Named {
  readonly role: string
  readonly name: string
  readonly sha256: string
}

function placeOf(role: string, name: string): string {
  if (role === 'site') return `sites/${name}.yaml`
  return role === 'processor' ? `processors/${name}.json` : (SINGLE[role] ?? role)
}

/** Without the name of the folder itself. */
export function pathOf({ name, webkitRelativePath }: File): string {
  return webkitRelativePath === '' ? name : webkitRelativePath.split('/').slice(1).join('/')
}
