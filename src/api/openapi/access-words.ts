import { roles } from '../../core/roles.ts'
import { DONE, type RoutesWords, json } from './document.ts'
import { limit } from './parameter-words.ts'
import { count, flag, list, object, oneOf, orNull, text, time } from './schema.ts'

const role = oneOf(roles)
const person = object({ name: text, role, kind: oneOf(['person', 'program', 'local']) })
const user = object({
  name: text,
  role,
  kind: oneOf(['person', 'program']),
  added: time,
  changed: time,
  expires: orNull(time),
  locked: flag,
})
const act = object({
  time,
  who: text,
  address: text,
  what: text,
  about: text,
  outcome: text,
  detail: text,
})

/** Who asks, of an edge and of a centre alike. */
export const accessWords: RoutesWords = {
  'POST /api/v1/login': {
    summary: 'Begin a session, which comes as a cookie.',
    body: json(object({ name: text, password: text })),
    answers: { 200: json(person) },
  },
  'POST /api/v1/logout': { summary: 'End the session.', body: json(object({})), answers: DONE },
  'GET /api/v1/me': { summary: 'Who is asking.', answers: { 200: json(person) } },
  'POST /api/v1/me/password': {
    summary: 'Another password of one’s own; other sessions end.',
    body: json(object({ old: text, new: text })),
    answers: { 200: json(person) },
  },
  'GET /api/v1/users': {
    summary: 'People and programs that may come in.',
    answers: { 200: json(object({ users: list(user) })) },
  },
  'POST /api/v1/users': {
    summary: 'Add a person.',
    body: json(object({ name: text, password: text, role })),
    answers: { 201: json(object({ name: text, role })) },
  },
  'GET /api/v1/users/audit': {
    summary: 'Who did what, the newest first.',
    parameters: { limit: limit('The newest so many only.') },
    answers: { 200: json(object({ audit: list(act), dropped: count })) },
  },
  'POST /api/v1/users/{name}/role': {
    summary: 'Another role.',
    body: json(object({ role })),
    answers: DONE,
  },
  'POST /api/v1/users/{name}/password': {
    summary: 'Another password; sessions of the user end.',
    body: json(object({ password: text })),
    answers: DONE,
  },
  'POST /api/v1/users/{name}/unlock': {
    summary: 'Hear the name again, after too many wrong passwords.',
    body: json(object({})),
    answers: DONE,
  },
  'POST /api/v1/users/{name}/remove': {
    summary: 'Let the user in no more.',
    body: json(object({})),
    answers: DONE,
  },
}
