import { isMainThread } from 'node:worker_threads'

/**
 * Loaded ahead of a command whose parent holds the other end of its standard input. The kernel closes that pipe however
 * the parent ends, kill -9 included: then this process ends as well, and no orphan keeps the ports.
 */
const PATIENCE_MS = 5000

if (isMainThread) {
  process.stdin.on('end', end).on('error', end).resume().unref()
  // A parent that is gone reads nothing either; that is no reason to crash on the way out.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
}

function end(): void {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), PATIENCE_MS).unref()
}
