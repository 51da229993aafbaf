/** Whole numbers of up to 4096 bits, for the decimals that two doubles lie too close to. `u32` words, the lowest first, behind their count. */
const WORDS: u32 = 128
export const BIG_BYTES: usize = 4 + 4 * 128

export function setBig(big: usize, value: u64): void {
  store<u32>(big, 2)
  store<u64>(big + 4, value)
}

/** `big = big * factor + addend`. */
export function multiplyBig(big: usize, factor: u32, addend: u32): void {
  const count = load<u32>(big)
  let carry: u64 = addend
  for (let index: u32 = 0; index < count; index++) {
    const at = big + 4 + ((<usize>index) << 2)
    carry += <u64>load<u32>(at) * factor
    store<u32>(at, <u32>carry)
    carry >>= 32
  }
  if (carry == 0) return
  assert(count < WORDS)
  store<u32>(big + 4 + ((<usize>count) << 2), <u32>carry)
  store<u32>(big, count + 1)
}

export function scaleBig(big: usize, powerOfTen: i32, powerOfTwo: i32): void {
  let tens = powerOfTen
  for (; tens >= 9; tens -= 9) multiplyBig(big, 1000000000, 0)
  for (; tens > 0; tens--) multiplyBig(big, 10, 0)
  let twos = powerOfTwo
  for (; twos >= 31; twos -= 31) multiplyBig(big, 0x80000000, 0)
  if (twos > 0) multiplyBig(big, (<u32>1) << twos, 0)
}

/** Negative, 0 or positive, as `one` is less than, equal to or more than `other`. */
export function compareBig(one: usize, other: usize): i32 {
  const oneCount = load<u32>(one)
  const otherCount = load<u32>(other)
  for (let index = oneCount > otherCount ? oneCount : otherCount; index > 0; index--) {
    const oneWord: u32 = index > oneCount ? 0 : load<u32>(one + ((<usize>index) << 2))
    const otherWord: u32 = index > otherCount ? 0 : load<u32>(other + ((<usize>index) << 2))
    if (oneWord != otherWord) return oneWord < otherWord ? -1 : 1
  }
  return 0
}
