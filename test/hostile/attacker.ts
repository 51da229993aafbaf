import { assert } from '../../src/core/assert.ts'
import { attacks } from './attacks.ts'
import { Swarm } from './swarm.ts'

/** The process of an attack: `attacker.ts NAME HOST PORT`, until its standard input ends; then it says how much it did. */
const [name = '', host = '', port = ''] = process.argv.slice(2)
const attack = attacks[name]
assert(attack !== undefined, 'an attack of that name')
// Not the address of the client that it is measured by: what comes too often from one address is turned away.
const target = { host, port: Number(port), localAddress: '127.0.0.2' }
const swarm = new Swarm(target, attack.habit)
swarm.keep(attack.connections)
process.stdin.on('end', () => {
  process.stdout.write(`${swarm.opened}\n`)
  setImmediate(() => process.exit(0))
})
process.stdin.resume()
