import { Json, StateReader, StateWriter } from '../sdk/index.ts'
import { Feeder } from './feeder.ts'
import { Meter } from './meter.ts'
import { Settings } from './settings.ts'

/** Which feeder, which head and which members, then what is known of them. */
export function saveFeeders(feeders: Array<Feeder>, state: StateWriter): void {
  state.u32(<u32>feeders.length)
  for (let index = 0; index < feeders.length; index++) {
    const feeder = feeders[index]
    state.u32(feeder.subject)
    state.u32(feeder.headSubject)
    state.u32(<u32>feeder.meters.length)
    for (let member = 0; member < feeder.meters.length; member++) {
      state.u32(feeder.meters[member].subject)
    }
    feeder.save(state)
  }
}

/** A feeder that is not what it was begins anew, and the others keep what they had. */
export function loadFeeders(feeders: Array<Feeder>, state: StateReader, settings: Settings): void {
  const length = <i32>state.u32()
  for (let index = 0; index < length; index++) {
    const subject = state.u32()
    const head = state.u32()
    const members = new Array<u32>()
    const count = <i32>state.u32()
    for (let member = 0; member < count; member++) members.push(state.u32())
    const own = find(feeders, subject)
    if (own != null && own.headSubject == head && isMadeOf(own, members)) own.load(state)
    else readOver(members, state, settings)
  }
}

function find(feeders: Array<Feeder>, subject: u32): Feeder | null {
  for (let index = 0; index < feeders.length; index++) {
    if (feeders[index].subject == subject) return feeders[index]
  }
  return null
}

function isMadeOf(feeder: Feeder, members: Array<u32>): bool {
  if (feeder.meters.length != members.length) return false
  for (let member = 0; member < members.length; member++) {
    if (feeder.meters[member].subject != members[member]) return false
  }
  return true
}

function readOver(members: Array<u32>, state: StateReader, settings: Settings): void {
  const gone = new Feeder(0, Json.absent, 0, settings)
  for (let member = 0; member < members.length; member++) {
    gone.meters.push(new Meter(members[member], member, gone, -1))
  }
  gone.begin()
  gone.load(state)
}
