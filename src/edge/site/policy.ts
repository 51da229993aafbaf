import { createPublicKey } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { type Fault, type Path, formatPath } from './fault.ts'
import { pemOf } from './policy-choice.ts'
import type { SiteFile } from './schema.ts'
import type { YamlText } from './yaml-text.ts'

const file = z.string().min(1).max(1024)

const trustedKey = z.string().max(200).refine(isKey, {
  error: 'a public key of Ed25519 is needed: the line between BEGIN and END of its PEM file',
})

/** `policy` of the site file: which rules decide what leaves. Without it those that come with the program do. */
export const policy = z.strictObject({
  bundle: file
    .optional()
    .describe('bundle.tar.gz of opa build, its signature beside it; relative to the site file.'),
  trustedKeys: z
    .array(trustedKey)
    .max(32)
    .default([])
    .describe('Public keys of Ed25519, one of which must have signed the bundle.'),
  url: z
    .string()
    .max(1024)
    .regex(/^https?:\/\/[^\s/]+\/?$/, { error: 'http://HOST:PORT is needed' })
    .optional()
    .describe('An OPA server of the same substation that decides instead.'),
  anchor: file
    .optional()
    .describe('Where the head of the decision log is kept a second time, best on another disk.'),
})

export type PolicySettings = SiteFile['policy']

/** Keys that ask for others, or rule them out; looks at the file as it was written. */
export function checkPolicy(yaml: YamlText): Fault[] {
  const given = isFields(yaml.value) ? yaml.value['policy'] : undefined
  if (!isFields(given)) return []
  const faults: Fault[] = []
  const complain = (key: string, text: string): void => {
    const path: Path = ['policy', key]
    faults.push({ offset: yaml.offsetOf(path, 'value'), text: `${formatPath(path)}: ${text}` })
  }
  const { bundle, url, trustedKeys } = given
  const hasKeys = Array.isArray(trustedKeys) && trustedKeys.length > 0
  if (bundle !== undefined && url !== undefined) complain('url', 'policy.bundle is there already')
  if (bundle !== undefined && !hasKeys) complain('bundle', 'trustedKeys is needed as well')
  if (bundle === undefined && hasKeys) complain('trustedKeys', 'there is no bundle to be signed')
  return faults
}

/** Files are named from where the site file is. */
export function placePolicy(settings: PolicySettings, sitePath: string): PolicySettings {
  const { bundle, anchor } = settings
  const folder = dirname(sitePath)
  return {
    ...settings,
    ...(bundle === undefined ? {} : { bundle: resolve(folder, bundle) }),
    ...(anchor === undefined ? {} : { anchor: resolve(folder, anchor) }),
  }
}

function isKey(text: string): boolean {
  try {
    return createPublicKey(pemOf(text)).asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
