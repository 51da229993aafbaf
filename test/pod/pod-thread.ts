import { parentPort, workerData } from 'node:worker_threads'
import type { SharedSocket } from './shared-socket.ts'
import { WasiFunctions } from './wasi-functions.ts'

export interface PodData {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly environment: Readonly<Record<string, string>>
  readonly shared: SharedSocket
}

interface Program {
  readonly memory: WebAssembly.Memory
  _start(): void
}

/** Runs a pod until it traps: it never returns to this thread's event loop. */
const { bytes, environment, shared } = workerData as PodData
const functions = new WasiFunctions({
  environment,
  shared,
  ask: (request) => parentPort?.postMessage(request),
})
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
  wasi_snapshot_preview1: functions.imports,
})
const program = exports as Program
functions.memory = program.memory
program._start()
