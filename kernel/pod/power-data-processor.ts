import { host } from './hosted.ts'
import { run } from './pod.ts'
import '../frequency/module.ts'
/**
 * The processors of this pod. Each module is imported right before it is named, with what its manifest says that it reads
 * (test/pod-module.test.ts compares): to import it starts it.
 */
host('frequency', 'frequency rocof voltage.a voltage.b voltage.c voltage.ab voltage.bc voltage.ca')
import '../outage/module.ts'
host('outage', 'voltage.* outage.last-gasp breaker.position')
import '../transformer/module.ts'
host(
  'transformer',
  'current.a current.b current.c power.apparent power.active power.reactive temperature.oil temperature.ambient',
)

run()
