/** What a field is called before the policy, where its own name does not tell what is in it. */
export type Aliases = Readonly<Record<string, string>>

/** The names of all fields, those of inner maps behind the name of the outer one: `fields.depth`. */
export function flatNames(object: object, aliases: Aliases): string[] {
  return Object.entries(object).flatMap(([name, value]: [string, unknown]) =>
    isMap(value) ? innerNames(value, name, aliases) : [aliases[name] ?? name],
  )
}

/** The same without fields whose name is not among these; a map of which nothing is left goes, too. */
export function onlyNamed(object: object, names: ReadonlySet<string>, aliases: Aliases): object {
  return keep(object, '', { names, aliases })
}

interface Kept {
  readonly names: ReadonlySet<string>
  readonly aliases: Aliases
}

function innerNames(object: object, outer: string, aliases: Aliases): string[] {
  return Object.entries(object).flatMap(([name, value]: [string, unknown]) => {
    const path = `${outer}.${name}`
    return isMap(value) ? innerNames(value, path, aliases) : [aliases[path] ?? path]
  })
}

function keep(object: object, prefix: string, kept: Kept): object {
  const left: [string, unknown][] = []
  for (const [name, value] of Object.entries(object) as [string, unknown][]) {
    const path = `${prefix}${name}`
    if (isMap(value)) {
      const inner = keep(value, `${path}.`, kept)
      if (Object.keys(inner).length > 0) left.push([name, inner])
    } else if (kept.names.has(kept.aliases[path] ?? path)) left.push([name, value])
  }
  return Object.fromEntries(left)
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
