import { parentPort, workerData } from 'node:worker_threads'
import { GridError } from '../../core/errors.ts'
import type { SiteAnswer } from './site-reader.ts'
import { loadSite } from './site.ts'

/** Reads one site file and ends. */
function read(path: string): SiteAnswer {
  try {
    return { kind: 'read', site: loadSite(path) }
  } catch (thrown) {
    if (!(thrown instanceof GridError)) throw thrown
    const { code, message, hint = '' } = thrown
    return { kind: 'refused', code, text: message, hint }
  }
}

parentPort?.postMessage(read(workerData as string))
