import '../template/module.ts'
import { host } from './hosted.ts'
import { run } from './pod.ts'

/** A pod of one processor, to begin one's own with: `npm run pod -- high-load`. */
host('high-load', 'power.active')

run()
