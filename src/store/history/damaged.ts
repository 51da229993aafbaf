import { GridError } from '../../core/errors.ts'

/** What a decoder throws where the bytes are not what an encoder wrote. */
export function damaged(what: string): GridError {
  return new GridError('corrupt', `history block: ${what}`, {
    hint: 'The disk returned other bytes than were written. Copy the data folder away, then check the disk.',
  })
}

export function isDamaged(thrown: unknown): boolean {
  return thrown instanceof GridError && thrown.code === 'corrupt'
}
