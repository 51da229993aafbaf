import { setTimeout as pause } from 'node:timers/promises'
import { attackWith, floodLogins } from './intruders.ts'
import { deploySpinning } from './spinning-module.ts'
import { type Substation, until } from './substation.ts'
import type { WornMachine } from './worn-machine.ts'

/** Row of the table in docs/operating/availability.md, which gives the reasons. */
export interface Fault {
  readonly name: string
  readonly perYear: number
  /** How long one lasts in a year; 0: it is an instant, and costs what one costs here. */
  readonly lastsSeconds: number
  /** The machine is away as well, which cannot be had here. */
  readonly bootSeconds?: number
  readonly needs?: 'worn machine' | 'centre' | 'other version'
  /** Ends when the fault is over; it is up to the substation to recover. */
  readonly strike: (place: Substation) => Promise<void>
}

const MINUTE = 60
const HOUR = 3600

export const faults: readonly Fault[] = [
  { name: 'process killed', perYear: 12, lastsSeconds: 0, strike: async ({ edge }) => edge.kill() },
  { name: 'restart', perYear: 24, lastsSeconds: 0, strike: async ({ edge }) => edge.restart() },
  {
    name: 'upgrade or rollback',
    perYear: 14,
    lastsSeconds: 0,
    needs: 'other version',
    strike: async (place) => place.upgrade(),
  },
  {
    name: 'machine restarts',
    perYear: 8,
    lastsSeconds: 0,
    bootSeconds: 90,
    strike: async ({ edge }) => edge.kill(),
  },
  {
    name: 'disk full',
    perYear: 0.5,
    lastsSeconds: 30 * MINUTE,
    needs: 'worn machine',
    strike: fillDisk,
  },
  {
    name: 'disk slow',
    perYear: 52,
    lastsSeconds: MINUTE,
    needs: 'worn machine',
    strike: async (place) => {
      machineOf(place).set('syncUs', 200_000)
      await place.hold()
      machineOf(place).set('syncUs', 0)
    },
  },
  {
    name: 'clock set',
    perYear: 12,
    lastsSeconds: 0,
    needs: 'worn machine',
    strike: async (place) => {
      await setClock(place, 3_600_000_000)
      await setClock(place, 0)
    },
  },
  {
    name: 'uplink flaps',
    perYear: 365,
    lastsSeconds: 30,
    needs: 'centre',
    strike: async ({ line, settings }) => {
      for (let count = 0; count < 4; count++) {
        line.mode = count % 2 === 0 ? 'cut' : 'open'
        await pause(settings.holdMs / 4)
      }
    },
  },
  {
    name: 'uplink silent',
    perYear: 24,
    lastsSeconds: HOUR,
    needs: 'centre',
    strike: async (place) => {
      place.line.mode = 'hole'
      await place.hold()
      // What went into the hole is gone, and with it what the connection was.
      place.line.mode = 'cut'
      place.line.mode = 'open'
    },
  },
  attack('broken packets', 'broken packets', { perYear: 12, lastsSeconds: HOUR }),
  attack('flood of connections', '10,000 connects a second', {
    perYear: 4,
    lastsSeconds: 10 * MINUTE,
  }),
  attack('half-open connections', 'half-open sockets', { perYear: 24, lastsSeconds: HOUR }),
  attack('flood of messages', 'message flood', { perYear: 4, lastsSeconds: 10 * MINUTE }),
  { name: 'flood of logins', perYear: 12, lastsSeconds: 10 * MINUTE, strike: floodLogins },
  { name: 'module spins', perYear: 4, lastsSeconds: 0, strike: deploySpinning },
]

function attack(name: string, habit: string, year: Pick<Fault, 'perYear' | 'lastsSeconds'>): Fault {
  return { name, ...year, strike: async (place) => attackWith(habit, place) }
}

function machineOf({ machine }: Substation): WornMachine {
  if (machine === undefined) throw new Error('this machine cannot be worn')
  return machine
}

async function fillDisk(place: Substation): Promise<void> {
  machineOf(place).set('full', 1)
  const isFull = async (): Promise<boolean> => (await place.metric('busbar_store_disk_full')) === 1
  await until(isFull, 'the edge notices that its disk is full')
  await place.hold()
  machineOf(place).set('full', 0)
  await until(async () => !(await isFull()), 'the edge notices that there is room')
}

async function setClock(place: Substation, aheadUs: number): Promise<void> {
  const steps = async (): Promise<number> => place.metric('busbar_clock_steps_total')
  const before = await steps()
  machineOf(place).set('stepUs', aheadUs)
  await until(async () => (await steps()) > before, 'the edge notices that its clock was set')
}
