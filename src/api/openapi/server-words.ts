import { accessWords } from './access-words.ts'
import { type RoutesWords, json } from './document.ts'
import { type Schema, list, objectWith, object, oneOf, text } from './schema.ts'

/** What an edge and a centre answer alike. `known`: what whoever is known learns of their health besides. */
export function serverWords(known: Readonly<Record<string, Schema>>): RoutesWords {
  const status = oneOf(['ok', 'failing'])
  const health = objectWith({ status }, { ...known, problems: list(text) })
  return {
    ...accessWords,
    'GET /healthz': {
      summary: 'Whether all is well; whoever is known learns what is not.',
      answers: { 200: json(health), 503: json(health) },
    },
    'GET /livez': {
      summary: 'Answers as long as anything does.',
      answers: { 200: json(object({ status: oneOf(['alive']) })) },
    },
    'GET /metrics': { summary: 'For Prometheus.', answers: { 200: { 'text/plain': text } } },
    'GET /api/openapi.json': {
      summary: 'This document.',
      answers: { 200: json({ type: 'object' }) },
    },
  }
}
