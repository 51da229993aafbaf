/** Objects by a small number, such as that of a point. */
export class Table<T> {
  private items: Array<T | null> = []

  get length(): i32 {
    return this.items.length
  }

  get(number: u32): T | null {
    return number < <u32>this.items.length ? unchecked(this.items[number]) : null
  }

  set(number: u32, item: T): void {
    while (<u32>this.items.length <= number) this.items.push(null)
    this.items[number] = item
  }
}
