/** Of what people do in the console, spread into `limits.ts`. */
export const consoleLimits = {
  /** Devices that were adopted and are not in the site file yet: a list that a person reads. */
  adoptedDevices: 1000,
  /** A package that is sent over HTTP: the largest module in base64, and its manifest. */
  packageBytes: 6 * 1024 * 1024,
  /** A package that does not come through its rehearsal by then is refused. */
  packageCheckMs: 15_000,
  /** Of readings of the past, and so many at most: enough for every call that an edge makes. */
  packageRehearsalMs: 600_000,
  packageRehearsalReadings: 200_000,
  /** Refused payloads in one answer, all that are kept; 256 bytes each in hexadecimal digits are half a megabyte. */
  faultsListed: 1000,
} as const
