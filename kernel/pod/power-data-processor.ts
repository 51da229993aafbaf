import '../template/module.ts'
import { host } from './hosted.ts'
import { run } from './pod.ts'

/**
 * The processors of this pod: their modules are imported, in this order, and each is named with what its manifest says that it reads
 * (test/pod-module.test.ts compares).
 */
host('high-load', 'power.active')

run()
