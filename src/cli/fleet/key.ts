import type { Args } from '../command.ts'
import { run as makeKey } from '../processor/key.ts'

/** A key of Ed25519 to sign sets with. It stays where nobody reaches it over a network; sites are told the public half. */
export async function run(args: Args): Promise<number> {
  return makeKey(args)
}
