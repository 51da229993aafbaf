const SIN_120: f64 = 0.8660254037844386

/** Negative and zero sequence over positive, and the greatest distance of a line voltage from their mean: all in %. */
export class Unbalance {
  negative: f64 = NaN
  zero: f64 = NaN
  nema: f64 = NaN

  /**
   * From phase voltages and their angles in degrees: symmetrical components (IEC 61000-4-30, 5.7; GB/T 15543).
   *
   *     U1 = |Ua + a Ub + a² Uc| / 3    U2 = |Ua + a² Ub + a Uc| / 3    U0 = |Ua + Ub + Uc| / 3    a = 1 at 120°
   */
  takePhasors(volts: StaticArray<f64>, degrees: StaticArray<f64>): void {
    const ax = volts[0] * cosine(degrees[0])
    const ay = volts[0] * sine(degrees[0])
    const bx = volts[1] * cosine(degrees[1])
    const by = volts[1] * sine(degrees[1])
    const cx = volts[2] * cosine(degrees[2])
    const cy = volts[2] * sine(degrees[2])
    // b and c turned by 120° and -120°: the halves are common to both sequences, the rest differs in sign.
    const realHalf = ax - (bx + cx) / 2
    const imaginaryHalf = ay - (by + cy) / 2
    const realTurn = SIN_120 * (by - cy)
    const imaginaryTurn = SIN_120 * (bx - cx)
    const positive = length(realHalf - realTurn, imaginaryHalf + imaginaryTurn)
    this.negative = (100 * length(realHalf + realTurn, imaginaryHalf - imaginaryTurn)) / positive
    this.zero = (100 * length(ax + bx + cx, ay + by + cy)) / positive
    this.nema = nema(length(ax - bx, ay - by), length(bx - cx, by - cy), length(cx - ax, cy - ay))
  }

  /**
   * From the three line voltages alone, which have no zero sequence (IEC 61000-4-30, 5.7; the form with L of GB/T 15543). Not from
   * phase voltages: without angles they do not determine it.
   *
   *     β = (ab⁴ + bc⁴ + ca⁴) / (ab² + bc² + ca²)²    u2 = 100 √((1 − √(3 − 6β)) / (1 + √(3 − 6β)))
   */
  takeLines(ab: f64, bc: f64, ca: f64): void {
    const ab2 = ab * ab
    const bc2 = bc * bc
    const ca2 = ca * ca
    const sum = ab2 + bc2 + ca2
    const beta = (ab2 * ab2 + bc2 * bc2 + ca2 * ca2) / (sum * sum)
    const under = 3 - 6 * beta
    // Lines that close to no triangle, and rounding where they are equal.
    const root = under > 0 ? Math.sqrt(under < 1 ? under : 1) : 0
    this.negative = 100 * Math.sqrt((1 - root) / (1 + root))
    this.zero = NaN
    this.nema = nema(ab, bc, ca)
  }
}

/** NEMA MG 1, 14.36: of line voltages, the greatest distance from their mean over the mean. */
function nema(ab: f64, bc: f64, ca: f64): f64 {
  const mean = (ab + bc + ca) / 3
  const one = Math.abs(ab - mean)
  const two = Math.abs(bc - mean)
  const three = Math.abs(ca - mean)
  const most = one > two ? one : two
  return (100 * (three > most ? three : most)) / mean
}

function length(x: f64, y: f64): f64 {
  return Math.sqrt(x * x + y * y)
}

function cosine(degrees: f64): f64 {
  return Math.cos((degrees * Math.PI) / 180)
}

function sine(degrees: f64): f64 {
  return Math.sin((degrees * Math.PI) / 180)
}
