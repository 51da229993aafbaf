import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { PodData } from './pod-thread.ts'
import { type Request, shareSocket } from './shared-socket.ts'
import { SocketOwner } from './socket-owner.ts'

/** `node test/pod/run-pod.ts POD.wasm`: as `wasmedge` would run it, with the variables of this process. */
const bytes = new Uint8Array(readFileSync(process.argv[2] ?? 'var/power-data-processor.wasm'))
const environment = Object.fromEntries(
  Object.entries(process.env).map(([name, value]) => [name, value ?? '']),
)
const shared = shareSocket()
const owner = new SocketOwner(shared)
const workerData: PodData = { bytes, environment, shared }
const worker = new Worker(new URL('./pod-thread.ts', import.meta.url), { workerData })
worker.on('message', (request: Request) => owner.take(request))
worker.on('error', (error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
  owner.close()
})
