/** `f1-meter-001`, or `f1-meter-*` for all that begin so, or `*`. */
export function isDevicePattern(text: string): boolean {
  return /^(?:[A-Za-z0-9._:-]{1,128}|[A-Za-z0-9._:-]{0,127}\*)$/.test(text)
}

export function coversDevice(pattern: string, device: string): boolean {
  return pattern.endsWith('*') ? device.startsWith(pattern.slice(0, -1)) : device === pattern
}
