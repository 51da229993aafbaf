import { type Inventory, pageDigest } from '../../uplink/inventory.ts'
import type { Query } from '../database/database.ts'

export interface SitedInventory {
  readonly site: string
  readonly inventory: Inventory
}

/** Pages that are not here as the site says they are. */
export interface AskedPages {
  readonly site: string
  readonly pages: readonly number[]
}

/** What sites say of their devices into the tables, in the commit of the envelopes. Returns what is to be asked. */
export async function storeInventories(
  query: Query,
  inventories: readonly SitedInventory[],
  nowUs: number,
): Promise<readonly AskedPages[]> {
  const asked: AskedPages[] = []
  for (const { site, inventory } of inventories) {
    // Two workers take turns with a site.
    await query(`SELECT pg_advisory_xact_lock(${LOCK}, hashtext($1::text))`, [site])
    if (inventory.kind === 'page') await storePage(query, { site, ...inventory, nowUs })
    else asked.push({ site, pages: await compare(query, { site, ...inventory, nowUs }) })
    await query(COUNT, [site])
  }
  return asked.filter(({ pages }) => pages.length > 0)
}

const LOCK = 0x42555355

interface Told {
  readonly site: string
  readonly digests: readonly string[]
  readonly withheld: number
  readonly nowUs: number
}

async function compare(
  query: Query,
  { site, digests, withheld, nowUs }: Told,
): Promise<readonly number[]> {
  await query(
    `INSERT INTO inventories (site, pages, heard, withheld) VALUES ($1, $2, $3, $4)
     ON CONFLICT (site) DO UPDATE SET pages = excluded.pages, heard = excluded.heard, withheld = excluded.withheld`,
    [site, digests.length, nowUs, withheld],
  )
  await query('DELETE FROM inventory_pages WHERE site = $1 AND page >= $2', [site, digests.length])
  const rows = await query('SELECT page, digest FROM inventory_pages WHERE site = $1', [site])
  const known = new Map(rows.map(({ page, digest }) => [Number(page), String(digest)]))
  const differing = digests.flatMap((digest, page) => (known.get(page) === digest ? [] : [page]))
  // Where there were more pages before, what stands on them has come again on another one by now, or is gone.
  if (differing.length === 0)
    await query('DELETE FROM devices WHERE site = $1 AND page >= $2', [site, digests.length])
  return differing
}

type Page = Extract<Inventory, { readonly kind: 'page' }>

interface SitedPage extends Page {
  readonly site: string
  readonly nowUs: number
}

async function storePage(
  query: Query,
  { site, page, pages, devices, nowUs }: SitedPage,
): Promise<void> {
  await query(
    `INSERT INTO inventories (site, pages, heard) VALUES ($1, $2, $3) ON CONFLICT (site) DO NOTHING`,
    [site, pages, nowUs],
  )
  const rows = JSON.stringify(
    devices.map(({ voltageLevel, ...each }) => ({ ...each, voltage_level: voltageLevel })),
  )
  await query(
    `DELETE FROM devices WHERE site = $1 AND page = $2
     AND id NOT IN (SELECT value->>'id' FROM json_array_elements($3::text::json))`,
    [site, page, rows],
  )
  await query(
    `INSERT INTO devices AS old (site, page, ${COLUMNS}) SELECT $1, $2::int, ${COLUMNS} FROM json_to_recordset($3::text::json) AS new (
       id text, kind text, feeder text, transformer text, voltage_level text, state text, heard bigint)
     ON CONFLICT (site, id) DO UPDATE SET page = excluded.page, kind = excluded.kind, feeder = excluded.feeder,
       transformer = excluded.transformer, voltage_level = excluded.voltage_level, state = excluded.state, heard = excluded.heard
     WHERE (old.page, old.kind, old.feeder, old.transformer, old.voltage_level, old.state, old.heard) <>
       (excluded.page, excluded.kind, excluded.feeder, excluded.transformer, excluded.voltage_level, excluded.state, excluded.heard)`,
    [site, page, rows],
  )
  const inState = (state: string): number => devices.filter((each) => each.state === state).length
  await query(
    `INSERT INTO inventory_pages VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (site, page) DO UPDATE SET
     digest = excluded.digest, devices = excluded.devices, silent = excluded.silent, quarantined = excluded.quarantined`,
    [site, page, pageDigest(devices), devices.length, inState('silent'), inState('quarantined')],
  )
}

const COLUMNS = 'id, kind, feeder, transformer, voltage_level, state, heard'

/** So that a list of sites need not count a million devices. */
const COUNT = `UPDATE inventories i SET devices = p.devices, silent = p.silent, quarantined = p.quarantined FROM (
    SELECT coalesce(sum(devices), 0) AS devices, coalesce(sum(silent), 0) AS silent, coalesce(sum(quarantined), 0) AS quarantined
    FROM inventory_pages WHERE site = $1
  ) p WHERE i.site = $1`
