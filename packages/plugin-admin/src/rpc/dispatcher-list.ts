/** Sets and destinations in the shape of Kamailio's `dispatcher.list`. */
import { type Destination, type DestinationSet } from '@sipwright/plugin-dispatcher'

/** `short` leaves the attributes out. */
export function dispatcherList(sets: readonly DestinationSet[], short: boolean): object {
  return {
    NRSETS: sets.length,
    RECORDS: sets.map(({ id, destinations }) => ({
      SET: {
        ID: idOf(id),
        TARGETS: destinations.map((each) => ({ DEST: target(each, short) })),
      },
    })),
  }
}

/** Kamailio's are numbers; ours may be names. */
function idOf(id: string): number | string {
  return /^\d{1,9}$/.test(id) ? Number(id) : id
}

function target(destination: Destination, short: boolean): object {
  const { uri, letters, priority, latency } = destination
  const attrs = short ? undefined : attributes(destination)
  return {
    URI: uri,
    FLAGS: letters,
    PRIORITY: priority,
    ...(attrs !== undefined && { ATTRS: attrs }),
    LATENCY: {
      AVG: rounded(latency.average),
      STD: rounded(latency.deviation),
      EST: rounded(latency.estimate),
      MAX: rounded(latency.max),
      TIMEOUT: latency.timeouts,
    },
  }
}

/** Undefined where nobody has given any. */
function attributes({ id, uri, attrs, weight, maxLoad }: Destination): object | undefined {
  const given = new Map(attrs)
  if (!given.has('duid') && id !== uri) given.set('duid', id)
  if (!given.has('weight') && weight !== 1) given.set('weight', String(weight))
  if (!given.has('maxload') && maxLoad > 0) given.set('maxload', String(maxLoad))
  if (given.size === 0) return undefined
  return {
    BODY: [...given].map(([name, value]) => `${name}=${value}`).join(';'),
    DUID: given.get('duid') ?? null,
    MAXLOAD: maxLoad,
    WEIGHT: given.has('weight') ? weight : 0,
    RWEIGHT: Number(given.get('rweight') ?? 0),
    SOCKET: given.get('socket') ?? null,
    SOCKNAME: given.get('sockname') ?? null,
    OBPROXY: given.get('obproxy') ?? null,
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
