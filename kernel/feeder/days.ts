import { StateReader, StateWriter } from '../sdk/index.ts'
import { Day } from './day.ts'

/** Days of which intervals were heard and that are not yet over, in order of time; as few as there are open intervals. */
export class Days {
  private readonly open: Array<Day> = []

  get isEmpty(): bool {
    return this.open.length == 0
  }

  /** There is one. */
  get oldest(): Day {
    return this.open[0]
  }

  get newest(): Day {
    return this.open[this.open.length - 1]
  }

  of(number: i64, now: i64): Day {
    let index = this.open.length
    while (index > 0 && this.open[index - 1].number > number) index--
    if (index > 0 && this.open[index - 1].number == number) {
      this.open[index - 1].touched = now
      return this.open[index - 1]
    }
    const day = new Day()
    day.open(number)
    day.touched = now
    this.open.push(day)
    for (let place = this.open.length - 1; place > index; place--) {
      this.open[place] = this.open[place - 1]
    }
    this.open[index] = day
    return day
  }

  drop(): void {
    this.open.shift()
  }

  save(state: StateWriter): void {
    state.u32(<u32>this.open.length)
    for (let index = 0; index < this.open.length; index++) this.open[index].save(state)
  }

  load(state: StateReader): void {
    const length = <i32>state.u32()
    for (let index = 0; index < length; index++) {
      const day = new Day()
      day.load(state)
      this.open.push(day)
    }
  }
}
