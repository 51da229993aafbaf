/**
 * A quantity over time as a mean, waves and pulses. Nothing else, because these have an exact integral: the energy
 * register of a device is the integral of its power at any instant, without stepping through the time before.
 * Seconds count from `ORIGIN_MS`.
 */
export interface Signal {
  readonly mean: number
  readonly waves: readonly Wave[]
  readonly pulses: readonly Pulse[]
}

/** amplitude × cos(omega × seconds + phase) */
export interface Wave {
  readonly amplitude: number
  /** Radians per second. */
  readonly omega: number
  readonly phase: number
}

/** A load that switches itself: `amplitude` for the first `duty` of every period, nothing for the rest. */
export interface Pulse {
  readonly amplitude: number
  readonly periodSeconds: number
  readonly duty: number
  readonly offsetSeconds: number
}

/** Monday, 30 December 2019, 00:00 in the zone of the substation (UTC+8): days and weeks count from here. */
export const ORIGIN_MS: number = Date.UTC(2019, 11, 29, 16)
export const DAY_SECONDS = 86_400

export function secondsOf(timeMs: number): number {
  return (timeMs - ORIGIN_MS) / 1000
}

export function constant(mean: number): Signal {
  return { mean, waves: [], pulses: [] }
}

export function valueAt({ mean, waves, pulses }: Signal, seconds: number): number {
  let value = mean
  for (const { amplitude, omega, phase } of waves) {
    value += amplitude * Math.cos(omega * seconds + phase)
  }
  for (const { amplitude, periodSeconds, duty, offsetSeconds } of pulses) {
    if (cycles((seconds + offsetSeconds) / periodSeconds).part < duty) value += amplitude
  }
  return value
}

/** From the origin to `seconds`. */
export function integralAt({ mean, waves, pulses }: Signal, seconds: number): number {
  let integral = mean * seconds
  for (const { amplitude, omega, phase } of waves) {
    integral += (amplitude / omega) * (Math.sin(omega * seconds + phase) - Math.sin(phase))
  }
  for (const pulse of pulses) integral += pulsed(pulse, seconds) - pulsed(pulse, 0)
  return integral
}

function pulsed({ amplitude, periodSeconds, duty, offsetSeconds }: Pulse, seconds: number): number {
  const { whole, part } = cycles((seconds + offsetSeconds) / periodSeconds)
  return amplitude * periodSeconds * (whole * duty + Math.min(part, duty))
}

function cycles(count: number): { readonly whole: number; readonly part: number } {
  const whole = Math.floor(count)
  return { whole, part: count - whole }
}

export function scaled(signal: Signal, factor: number): Signal {
  return {
    mean: signal.mean * factor,
    waves: signal.waves.map((wave) => ({ ...wave, amplitude: wave.amplitude * factor })),
    pulses: signal.pulses.map((pulse) => ({ ...pulse, amplitude: pulse.amplitude * factor })),
  }
}

export function sum(...signals: readonly Signal[]): Signal {
  return {
    mean: signals.reduce((total, { mean }) => total + mean, 0),
    waves: signals.flatMap(({ waves }) => waves),
    pulses: signals.flatMap(({ pulses }) => pulses),
  }
}

/** The same signal behind a first-order delay, as oil follows load. Exact for waves, which is all it is used for. */
export function delayed(signal: Signal, timeConstantSeconds: number): Signal {
  const waves = signal.waves.map(({ amplitude, omega, phase }) => {
    const lag = omega * timeConstantSeconds
    return { amplitude: amplitude / Math.hypot(1, lag), omega, phase: phase - Math.atan(lag) }
  })
  return { mean: signal.mean, waves, pulses: [] }
}
