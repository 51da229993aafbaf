/** The process of a flood of logins: `login-flood.ts URL`, until its standard input ends; then it says how many passwords it tried. */
const [url = ''] = process.argv.slice(2)
const AT_A_TIME = 50
let tried = 0

for (let client = 0; client < AT_A_TIME; client++) void flood(client)
process.stdin.on('end', () => {
  process.stdout.write(`${tried}\n`)
  setImmediate(() => process.exit(0))
})
process.stdin.resume()

async function flood(client: number): Promise<never> {
  const headers = { 'content-type': 'application/json', 'x-busbar-request': '1' }
  for (;;) {
    const body = JSON.stringify({ name: `user-${client}`, password: `guess ${tried}` })
    try {
      const answer = await fetch(`${url}/api/v1/login`, { method: 'POST', headers, body })
      await answer.arrayBuffer()
      tried++
    } catch {
      // It is turned away, and tries again.
    }
  }
}
