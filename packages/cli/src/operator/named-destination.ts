/** Which destination an operator means: `fs1`, `1/fs1`, or its URI. */
import { SipError } from '@sipwright/framework'
import { type Answers } from '@sipwright/plugin-admin'
import { type EdgeClient } from './edge-client.js'

export type Destination = Answers['destination']

export const setsPath = '/api/v1/dispatcher/sets'

/** Where the API has a destination. */
export function pathOf({ set, id }: Pick<Destination, 'set' | 'id'>): string {
  return `${setsPath}/${encodeURIComponent(set)}/destinations/${encodeURIComponent(id)}`
}

/**
 * One or several that have this name; several only where `everySet` says so. Throws SIPW_ERR_COMMAND_REFUSED for a name that
 * nobody has, SIPW_ERR_COMMAND_USAGE for one that several have.
 */
export async function destinationsNamed(
  edge: EdgeClient,
  name: string,
  { set, everySet = false }: { readonly set?: string; readonly everySet?: boolean } = {},
): Promise<readonly [Destination, ...Destination[]]> {
  const { sets } = await edge.get<Answers['listSets']>(setsPath)
  const all = sets.flatMap(({ destinations }) => destinations)
  const found = all
    .filter((each) => set === undefined || each.set === set)
    .filter((each) =>
      [each.id, each.uri].some((own) => own === name || `${each.set}/${own}` === name),
    )
  const [first, ...others] = found
  if (first === undefined) {
    const place = set === undefined ? '' : ` in set ${set}`
    throw new SipError('SIPW_ERR_COMMAND_REFUSED', [`no destination is called ${name}${place}`])
  }
  if (others.length > 0 && !everySet) {
    const names = found.map((each) => `${each.set}/${each.id}`).join(', ')
    throw new SipError('SIPW_ERR_COMMAND_USAGE', [name, names, 'one of them, --set or --every-set'])
  }
  return [first, ...others]
}
