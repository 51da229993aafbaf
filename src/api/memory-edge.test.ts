import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GridError } from '../core/errors.ts'
import { Micros } from '../core/time.ts'
import type { Access } from './access/access.ts'
import type { NotifyInfo, NotifyTest } from './notify-info.ts'
import type {
  AccountInfo,
  AlarmAction,
  AlarmQuery,
  AlarmsView,
  AuditInfo,
  AuditQuery,
  EdgeView,
  FaultInfo,
  HealthInfo,
  LatestQuery,
  PointInfo,
  ProcessorInfo,
  PolicyReport,
  ReadingsChunk,
  ReadingsQuery,
  ResultInfo,
  ResultsQuery,
  SessionInfo,
  SiteInfo,
  TextForm,
  TextPiece,
} from './ports.ts'
import type { Passage } from './egress/border.ts'
import type { ChangesView } from './changes/changes-view.ts'
import { AnswerText } from './answer-text.ts'
import { type Api, startApi } from './server.ts'

export const NOW = Micros(Date.UTC(2026, 0, 31, 12) * 1000)

/** An edge in memory: points, and a source of chunks that a test writes. */
export class MemoryEdge implements EdgeView {
  readonly asked: ReadingsQuery[] = []
  readonly reported: unknown[] = []
  list: PointInfo[] = [
    { point: 0, device: 'm1', quantity: 'voltage.a', unit: 'V', modelled: true },
    { point: 1, device: 'say "x", y', quantity: 'öl', unit: 'Cel', modelled: false },
  ]
  healthInfo: HealthInfo = { healthy: true, site: 's1', uptimeSeconds: 5, problems: [] }
  accountList: AccountInfo[] = []
  sessionList: SessionInfo[] = []
  auditInfo: AuditInfo = { entries: [], dropped: 0 }
  latestList: ReadingsChunk[] = []
  resultList: ResultInfo[] = []
  faultList: FaultInfo[] = []
  /** What was changed, a line each. */
  readonly done: string[] = []
  processorList: ProcessorInfo[] = []
  readonly resultsAsked: ResultsQuery[] = []
  readonly latestAsked: LatestQuery[] = []
  readonly auditAsked: AuditQuery[] = []
  /** Chunks handed out so far, and queries that ended. */
  handedOut = 0
  ended = 0
  source: () => AsyncGenerator<ReadingsChunk> = async function* () {}

  readonly alarmsAsked: AlarmQuery[] = []
  readonly alarmActions: AlarmAction[] = []
  /** Alarm 1 takes any action, 2 refuses, no other is there. */
  readonly alarms: AlarmsView = {
    counts: {
      unacknowledged: 1,
      acknowledged: 0,
      returned: 0,
      shelved: 0,
      suppressed: 0,
      'out-of-service': 0,
      normal: 1,
    },
    list: (query) => {
      this.alarmsAsked.push(query)
      return [{ id: 1 }, { id: 2 }]
    },
    info: (id) => (id <= 2 ? { id } : undefined),
    members: (id) => (id <= 2 ? [{ id: 7 }] : undefined),
    steps: ({ alarm = 1, limit }) => {
      const step = { time: NOW, alarm, name: 'n', subject: 's', what: 'raised', who: '' }
      return { steps: [{ ...step, detail: String(limit) }], dropped: 3 }
    },
    act: (id, action) => {
      if (id > 2) return { kind: 'unknown' }
      this.alarmActions.push(action)
      return id === 1 ? { kind: 'done', alarm: { id } } : { kind: 'refused', why: 'no' }
    },
  }

  health(): HealthInfo {
    return this.healthInfo
  }

  site(): SiteInfo {
    const site = { id: 's1', name: 'S', frequencyHz: 50, limits: 'gbt' } as const
    return { site, voltageLevels: [], transformers: [], feeders: [], devices: [] }
  }

  accounts(): readonly AccountInfo[] {
    return this.accountList
  }

  sessions(client: string | undefined): Iterable<SessionInfo> {
    return this.sessionList.filter((session) => client === undefined || session.client === client)
  }

  points(): Iterable<PointInfo> {
    return this.list
  }

  pointInfo(point: number): PointInfo | undefined {
    return this.list[point]
  }

  async *readings(query: ReadingsQuery): AsyncGenerator<ReadingsChunk> {
    this.asked.push(query)
    try {
      for await (const chunk of this.source()) {
        this.handedOut++
        yield chunk
      }
    } finally {
      this.ended++
    }
  }

  readingsText(query: ReadingsQuery, form: TextForm): AsyncIterable<TextPiece> {
    const chunks = this.readings(query)[Symbol.asyncIterator]()
    const answer = new AnswerText(form, (point) => this.list[point])
    let isClosed = false
    const END = { done: true, value: undefined } as const
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          const { done, value: chunk } = answer.isFull ? END : await chunks.next()
          if (done !== true) return { done: false, value: answer.add(chunk) }
          if (isClosed) return { done: true, value: undefined }
          isClosed = true
          return { done: false, value: answer.close() }
        },
        async return() {
          await chunks.return?.(undefined)
          return { done: true, value: undefined }
        },
      }),
    }
  }

  results(query: ResultsQuery): Iterable<ResultInfo> {
    this.resultsAsked.push(query)
    return this.resultList
  }

  uplink(): undefined {}

  faults(): Iterable<FaultInfo> {
    return this.faultList
  }

  readonly changes: ChangesView = {
    adopt: ({ device: id, kind, feeder }, { who }) => {
      this.done.push(`adopt ${id} ${kind} ${feeder} by ${who}`)
      return { ...NOTHING_SAID, id, kind, feeder }
    },
    deploy: async (text, { who }) => {
      this.done.push(`deploy ${text.length} by ${who}`)
      return { name: 'n', version: '1.0.0', signer: undefined }
    },
    rollBack: (name, { who }) => {
      this.done.push(`roll back ${name} by ${who}`)
      return { name, version: '1.0.0', signer: undefined }
    },
  }

  notify(): NotifyInfo | undefined {
    return undefined
  }

  async notifyTest(name: string): Promise<NotifyTest> {
    if (name === 'duty') return { kind: 'delivered' }
    return name === 'gone' ? { kind: 'failed', why: 'no answer' } : { kind: 'unknown' }
  }

  processors(): readonly ProcessorInfo[] {
    return this.processorList
  }

  latest(query: LatestQuery): Iterable<ReadingsChunk> {
    this.latestAsked.push(query)
    return this.latestList
  }

  audit(query: AuditQuery): AuditInfo {
    this.auditAsked.push(query)
    return this.auditInfo
  }

  clockSteps(): [] {
    return []
  }

  async policyReport(asked: PolicyReport): Promise<unknown> {
    return { asked }
  }

  async metrics(): Promise<{ contentType: string; text: string }> {
    return { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'busbar_up 1\n' }
  }
}

const refused = async (): Promise<never> => {
  throw new GridError('conflict', 'nobody is kept here')
}

/** Whoever comes is an engineer, and there are no users. */
export const OPEN_ACCESS: Access = {
  identify: async () => ({
    kind: 'known',
    person: { name: 'local', role: 'engineer', kind: 'local' },
  }),
  login: async () => ({ kind: 'wrong' }),
  logout: async () => {},
  users: async () => [],
  add: refused,
  setRole: refused,
  setPassword: refused,
  changePassword: async () => ({ kind: 'wrong' }),
  remove: refused,
  unlock: refused,
  record: async () => {},
  acts: async () => ({ acts: [], dropped: 0 }),
}

const NOTHING_SAID = {
  transformer: undefined,
  voltageLevel: undefined,
  phase: undefined,
  nominal: undefined,
}

export class Served {
  readonly edge: MemoryEdge
  readonly api: Api

  private constructor(edge: MemoryEdge, api: Api) {
    this.edge = edge
    this.api = api
  }

  /** `passage`: the way out for whoever asks; undefined: all are inside. */
  static async start(passage?: Passage, access = OPEN_ACCESS): Promise<Served> {
    const edge = new MemoryEdge()
    const address = { host: '127.0.0.1', port: 0 }
    const report = (thrown: unknown): void => void edge.reported.push(thrown)
    const api = await startApi({
      address,
      view: edge,
      border: { passage: () => passage },
      access,
      now: () => NOW,
      report,
    })
    return new Served(edge, api)
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.api.address.port}${path}`, init)
  }

  /** Status and body of what must be problem details. */
  async problem(path: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
    const response = await this.get(path, init)
    assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8')
    const body = (await response.json()) as Record<string, unknown>
    assert.equal(body['status'], response.status)
    assert.equal(body['type'], 'about:blank')
    return body
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api.stop()
  }
}

export function chunkOf(
  rows: readonly (readonly [point: number, time: number, value: number, quality: number])[],
  damagedRows = 0,
): ReadingsChunk {
  return {
    points: Uint32Array.from(rows, ([point]) => point),
    times: Float64Array.from(rows, ([, time]) => time),
    values: Float64Array.from(rows, ([, , value]) => value),
    qualities: Uint16Array.from(rows, ([, , , bits]) => bits),
    damagedRows,
  }
}

/** A chunk of the size that the store hands out. */
export const EVEN = chunkOf(Array.from({ length: 4096 }, (_, at) => [0, NOW + at, at / 10, 0]))

test('an edge in memory is served', async () => {
  await using served = await Served.start()
  assert.equal((await served.get('/healthz')).status, 200)
})
