import { limits } from '../../core/limits.ts'
import { builtInProcessors } from '../../kernel/built-in.ts'
import { EXPORT_STREAMS } from '../../store/outbox/streams.ts'
import type { Site } from '../site/site.ts'
import { OwnPackages } from './own-packages.ts'
import { type HostParts, ProcessorHost } from './processor-host.ts'
import type { ExportOrder, ProcessorStatus } from './protocol.ts'
import { siteEntries } from './site-entries.ts'

export interface ProcessorsParts extends Pick<
  HostParts,
  'directory' | 'publish' | 'onEvents' | 'warn'
> {
  readonly site: Site
  readonly journal: {
    /** Rows up to this one are needed by no processor; Infinity: none is. */
    processed(journal: number): void
  }
}

/** All processors of an edge: ours in one thread, those of the utility's own in another, which is there when one of them is. */
export class Processors {
  readonly #parts: ProcessorsParts
  readonly #hosts: ProcessorHost[] = []
  readonly #timer: NodeJS.Timeout
  #own: ProcessorHost | undefined
  #onFound = (): void => {}

  constructor(parts: ProcessorsParts) {
    this.#parts = parts
    const { own, off, trustedKeys, allowUnsigned, ...settings } = parts.site.processors
    // A thread is 30 MB: a site that computes elsewhere has none.
    if (off.length < builtInProcessors.length)
      this.#start(
        { of: 'built-in', settings, off },
        { usual: limits.processorCallMs, rare: limits.processorCallMs },
      )
    const packages = new OwnPackages(parts.directory)
    const look = (): void => {
      if (this.#own !== undefined || packages.names().length === 0) return
      const trust = { trustedKeys, allowUnsigned }
      this.#own = this.#start(
        { of: 'own', settings: own, trust },
        { usual: limits.ownProcessorCallMs, rare: limits.ownProcessorBeginMs },
      )
    }
    this.#timer = setInterval(look, limits.processorTickMs).unref()
    look()
  }

  /** The journal has grown. */
  advance(): void {
    for (const host of this.#hosts) host.advance()
  }

  /** To the thread that owns the file of the stream. */
  sent(order: ExportOrder): void {
    const of = EXPORT_STREAMS.find(({ stream }) => stream === order.stream)?.of
    this.#hosts.find((host) => host.of === of)?.sent(order)
  }

  /** Whenever something was found, and is stored. */
  listen(onFound: () => void): void {
    this.#onFound = onFound
  }

  get status(): readonly ProcessorStatus[] {
    return this.#hosts.flatMap((host) => host.status.processors)
  }

  /** Why threads cannot run. */
  get failures(): readonly string[] {
    return this.#hosts.map(({ failure }) => failure).filter((failure) => failure !== '')
  }

  /** Threads that ended when they should not have, since the start. */
  get restarts(): number {
    return this.#hosts.reduce((sum, { restarts }) => sum + restarts, 0)
  }

  total(count: 'behindReadings' | 'damagedRows' | 'missedRows' | 'removedResults'): number {
    return this.#hosts.reduce((sum, { status }) => sum + status[count], 0)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#hosts.map(async (host) => host.stop()))
  }

  #start(modules: HostParts['modules'], callMs: HostParts['callMs']): ProcessorHost {
    const { directory, site, onEvents, warn } = this.#parts
    const host = new ProcessorHost({
      directory,
      site: siteEntries(site),
      modules,
      areSent: site.uplink !== undefined,
      callMs,
      publish: (publications) => {
        this.#parts.publish(publications)
        this.#onFound()
      },
      onEvents,
      warn,
      onStatus: () => this.#keepJournal(),
    })
    this.#hosts.push(host)
    this.#keepJournal()
    return host
  }

  /** For as long as a processor needs it, but not for one that is too far behind. */
  #keepJournal(): void {
    const needed = ({ status, isGivenUp }: ProcessorHost): number =>
      isGivenUp || status.behindReadings > limits.processorLagReadings
        ? Infinity
        : status.safeJournal
    this.#parts.journal.processed(Math.min(...this.#hosts.map(needed)))
  }
}
