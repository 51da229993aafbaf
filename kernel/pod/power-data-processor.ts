import { host } from './hosted.ts'
import { run } from './pod.ts'
import '../aggregation/module.ts'
/**
 * The processors of this pod: all but the filter, whose readings are for who sits beside the edge. Each module is imported right before it
 * is named, with what its manifest says that it reads (test/pod-module.test.ts compares): to import it starts it.
 */
host('aggregation', '*')
import '../feeder/module.ts'
host(
  'feeder',
  'energy.active.import energy.active.export power.active current.a current.b current.c voltage.a voltage.b voltage.c',
)
import '../frequency/module.ts'
host('frequency', 'frequency rocof voltage.a voltage.b voltage.c voltage.ab voltage.bc voltage.ca')
import '../outage/module.ts'
host('outage', 'voltage.* outage.last-gasp breaker.position')
import '../power-quality/module.ts'
host(
  'power-quality',
  'voltage.a voltage.b voltage.c voltage.ab voltage.bc voltage.ca angle.voltage.* thd.voltage.* harmonic.voltage.* unbalance.voltage flicker.pst flicker.plt frequency',
)
import '../transformer/module.ts'
host(
  'transformer',
  'current.a current.b current.c power.apparent power.active power.reactive temperature.oil temperature.ambient',
)
import '../validation/module.ts'
host('validation', '*')

run()
