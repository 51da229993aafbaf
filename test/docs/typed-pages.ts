import { type Fence, fencesOf, readPage } from './pages.ts'

/** What somebody has done, or what has happened, before a block with these words can be typed. */
export type Circumstances = Readonly<Record<string, string>>

/** What needs another machine, a registry or minutes; such blocks are checked word by word. */
const ELSEWHERE: readonly RegExp[] = [
  /^npm (?!ci --omit=dev)/m,
  /^(?:kubectl |busbar="kubectl)/m,
  /^podman /m,
  /^wasmedge /m,
  /^(?:sudo )?deploy\/k3s\//m,
  // Fleets of centres and sites: test/fleet.test.ts and its neighbours do with them what the pages say.
  /^busbar (?:centre|simulate fleet|fleet (?:upload|rollout)) /m,
]

export interface Block extends Fence {
  readonly page: string
  readonly line: number
}

/** What a page tells a person to type. */
export function blocksOf(page: string): Block[] {
  const text = readPage(page)
  let from = 0
  return fencesOf(text)
    .filter(({ language }) => language === 'sh')
    .map((fence) => {
      from = text.indexOf(`\`\`\`sh\n${fence.text}`, from) + 1
      return { ...fence, page, line: text.slice(0, from).split('\n').length + 1 }
    })
}

export function needsMore({ text }: Fence): boolean {
  return ELSEWHERE.some((pattern) => pattern.test(text))
}

/** The pages as one script for a machine: all that can be typed on it, in its order, and for a unit of systemd the file of that name. */
export function scriptOf(pages: readonly string[], circumstances: Circumstances): string {
  const unit = fencesOf(readPage('docs/operating.md')).find(({ language }) => language === 'ini')
  const steps = pages.flatMap(blocksOf).filter((block) => !needsMore(block))
  return [
    'set -e -o pipefail',
    `trap 'echo "$at, line $LINENO: $BASH_COMMAND"' ERR`,
    `cat > /etc/systemd/system/busbar.service <<'END'\n${unit?.text ?? ''}END`,
    circumstances[''] ?? '',
    ...steps.map(({ page, line, text }) => {
      const before = Object.entries(circumstances)
        .filter(([words]) => words !== '' && text.includes(words))
        .map(([, script]) => script)
      return ['ended=$?', `at=${page}:${line}`, ...before, 'echo "# $at" $SECONDS', text].join('\n')
    }),
    '',
  ].join('\n')
}
