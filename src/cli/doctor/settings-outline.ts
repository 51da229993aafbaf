import type { Site } from '../../edge/site/site.ts'

/** What a site file says that helps, and names nobody: keys that are listed here, and counts of the rest. */
export function settingsOutline(site: Site): Readonly<Record<string, unknown>> {
  const { listeners, access, retention, uplink, policy, processors } = site
  return {
    site: { frequencyHz: site.site.frequencyHz, limits: site.site.limits },
    listeners: [listeners.tls ?? [], listeners.webSocket ?? []].flat().map(outlineOf),
    access: {
      anonymous: access.anonymous,
      anyTopic: access.anyTopic,
      limits: access.limits,
      inside: access.inside,
    },
    retention,
    uplink:
      uplink === undefined
        ? null
        : {
            scheme: uplink.url.replace(/:.*/, ''),
            oneWay: uplink.oneWay,
            repeatAfterSeconds: uplink.repeatAfterSeconds,
            backfillRecordsPerSecond: uplink.backfillRecordsPerSecond,
          },
    policy: {
      kind:
        policy.url !== undefined ? 'server' : policy.bundle !== undefined ? 'bundle' : 'shipped',
      hasAnchor: policy.anchor !== undefined,
    },
    processorsOff: processors.off,
    counts: {
      devices: site.devices.length,
      feeders: site.feeders.length,
      transformers: site.transformers.length,
      voltageLevels: site.voltageLevels.length,
      roles: site.roles.length,
      clients: site.clients.length,
    },
  }
}

type Listener = NonNullable<Site['listeners']['tls'] | Site['listeners']['webSocket']>

function outlineOf({ address, minimumVersion, clientCertificates }: Listener): unknown {
  return { address, minimumVersion, clientCertificates }
}
