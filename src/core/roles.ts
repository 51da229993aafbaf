/** What a person or a program may do: see, act on what is seen, change how it works. Each may what those before it may. */
export const roles = ['viewer', 'operator', 'engineer'] as const
export type Role = (typeof roles)[number]

/** What a route asks of whoever comes. */
export type Need = 'nobody' | Role

export function covers(role: Role, need: Need): boolean {
  return need === 'nobody' || roles.indexOf(role) >= roles.indexOf(need)
}

export function roleNamed(text: unknown): Role | undefined {
  return roles.find((role) => role === text)
}
