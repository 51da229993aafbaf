/** What goes into one step of the model: it is taken to have been so since the step before, as the difference equations have it. */
export class Inputs {
  /** Microseconds: the end of the step. */
  time: i64 = 0
  /** K. */
  load: f64 = 0
  ambientC: f64 = 0
  quality: u16 = 0
  /** Top oil measured at the end of the step. */
  hasOil: bool = false
  oilC: f64 = 0
  /** Nothing was heard over the step: load and air are those of before. */
  isHeld: bool = false
}
