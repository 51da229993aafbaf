import type { PolicyChoice } from '../../policy/thread/desk-messages.ts'
import type { PolicySettings } from './policy.ts'

/** `folder`: of the rules that come with the program. */
export function policyChoice(
  { bundle, trustedKeys, url }: PolicySettings,
  folder: string,
): PolicyChoice {
  if (url !== undefined) return { kind: 'server', url }
  if (bundle === undefined) return { kind: 'shipped', folder }
  return { kind: 'site', path: bundle, keys: trustedKeys.map(pemOf) }
}

/** As a PEM file has the key whose line it is. */
export function pemOf(text: string): string {
  return `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----\n`
}
