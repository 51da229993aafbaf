import { MANIFEST, hostile, packageOf, same } from '../processors/modules.ts'
import { type Substation, until } from './substation.ts'

const { name } = MANIFEST
const SPINNING = await hostile('while (true) {}')
const MENDED = await packageOf(same, { version: '1.0.1' })

/** A module of the utility's own that never comes back from its first call; in the end, the one that takes its place. */
export async function deploySpinning(place: Substation): Promise<void> {
  place.deploy(name, SPINNING)
  await until(async () => Boolean(await faultOf(place)), 'the module that spins is stopped')
  await place.hold()
  place.deploy(name, MENDED)
  await until(async () => (await faultOf(place)) === '', 'the one that is mended runs')
}

/** Empty: it runs. */
async function faultOf(place: Substation): Promise<string | undefined> {
  const answer = (await place.get('/api/v1/processors')) as {
    readonly processors: readonly { readonly name: string; readonly fault: string }[]
  }
  return answer.processors.find((one) => one.name === name)?.fault
}
