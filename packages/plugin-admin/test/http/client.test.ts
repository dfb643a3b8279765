/** A client that others made of our description: what it calls by name is there, and answers as described. */
import { afterEach, expect, test } from '@jest/globals'
import { OpenAPIClientAxios } from 'openapi-client-axios'
import { administered, type Rig, tokens } from '../rig.js'

type Operation = (
  parameters?: unknown,
  body?: unknown,
) => Promise<{ readonly status: number; readonly data: unknown }>

let rig: Rig | undefined

afterEach(async () => {
  await rig?.close()
  rig = undefined
})

test('a client made of the description lists the sets, and drains a destination', async () => {
  rig = await administered()
  const api = new OpenAPIClientAxios({
    definition: `${rig.url}/api/v1/openapi.json`,
    axiosConfigDefaults: {
      baseURL: rig.url,
      headers: { authorization: `Bearer ${tokens.operate}` },
    },
  })
  const client = (await api.init()) as unknown as Record<string, Operation>
  const { data } = await client['listSets']!()
  expect(data).toMatchObject({ sets: [{ id: '1' }, { id: 'backup' }] })
  const where = { set: '1', id: 'fs1' }
  const drained = await client['drain']!(where, { reason: 'kernel' })
  expect(drained).toMatchObject({ status: 200, data: { state: 'drain' } })
  const shown = await client['showDestination']!(where)
  expect(shown.data).toMatchObject({ admin: { reason: 'kernel', who: 'operateer' } })
  const explained = await client['explain']!({ set: '1', callId: 'abc' })
  expect(explained.data).toMatchObject({ candidates: [{ id: 'fs2' }] })
})
