import { expect, test } from '@jest/globals'
import {
  type App,
  type AppOptions,
  createApp,
  type Handled,
  type InjectedCall,
  OnDialogRequest,
  OnRequest,
  type MaybeHandled,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { DialogTokens } from '#src/server/dialog-token.js'

@Routes()
class ToGateway {
  @OnRequest()
  any(ctx: RequestContext): Handled {
    return ctx.relay({ uri: 'sip:gateway', role: 'next-hop' })
  }

  @OnDialogRequest('INFO')
  info(ctx: RequestContext): MaybeHandled {
    return ctx.request.body === 'ours' ? ctx.reply(200) : undefined
  }
}

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const app = (options: AppOptions = {}): Promise<App> =>
  createApp({ routes: [ToGateway], log: quiet, secret, ...options })

const secret = 'shared by the nodes'
const ourRoute = (callId: string): string =>
  `<sip:192.0.2.1:5060;lr;dlg=${new DialogTokens(secret).of({ callId, fromTag: '2' })}>`
const us = ourRoute('call-1')
const dialog = { To: '<sip:bob@example.com>;tag=2', 'Call-ID': 'call-1' }

async function send(
  options: AppOptions,
  headers: Record<string, string>,
  uri = 'sip:bob@example.com',
  method = 'MESSAGE',
  body = '',
): Promise<InjectedCall> {
  return (await app(options)).inject({ method, uri, headers, body })
}

test.each([
  ['a Max-Forwards of 0 gets 483 (§16.3 step 3)', { 'Max-Forwards': '0' }, 483],
  ['an extension that we lack gets 420 (§16.3 step 5)', { 'Proxy-Require': 'privacy' }, 420],
])('%s', async (_, headers, status) => {
  const call = await send({}, headers)
  expect([call.status, call.branches.length]).toEqual([status, 0])
})

test('an unsupported extension is named in Unsupported (§16.3 step 5)', async () => {
  const { response } = await send({}, { 'Proxy-Require': 'privacy, foo' })
  expect(response?.headers.get('Unsupported')).toBe('privacy, foo')
})

test('edge: a Route of the caller’s own gets 403, open: it is followed (§16.4)', async () => {
  const headers = { Route: '<sip:elsewhere;lr>' }
  expect((await send({}, headers)).status).toBe(403)
  const followed = await send({ profile: 'open' }, headers)
  expect(followed.status).toBe(200)
  expect(followed.branches[0]?.request?.headers.get('Route')).toBe('<sip:elsewhere;lr>')
})

test('our own Route comes off before anybody looks (§16.4)', async () => {
  const call = await send({}, { Route: us })
  expect(call.status).toBe(200)
  expect(call.branches[0]?.request?.headers.has('Route')).toBe(false)
})

test('with domains given, a request for another domain gets 403', async () => {
  expect((await send({ domains: ['example.org'] }, {})).status).toBe(403)
})

test('inside a dialog a request goes along its route set and meets no handler (§16.12)', async () => {
  const call = await send(
    {},
    { ...dialog, Route: `${us}, <sip:next;lr>` },
    'sip:bob@10.0.0.9',
    'BYE',
  )
  expect(call.status).toBe(200)
  expect(call.branches[0]?.request?.headers.getAll('Route')).toEqual(['<sip:next;lr>'])
  expect(call.branches[0]?.request?.uri).toBe('sip:bob@10.0.0.9')
})

test('@OnDialogRequest may answer, or let it go on', async () => {
  const headers = { ...dialog, Route: us }
  const answered = await send({}, headers, 'sip:bob@203.0.113.9', 'INFO', 'ours')
  expect([answered.status, answered.branches.length]).toEqual([200, 0])
  const passed = await send({}, headers, 'sip:bob@203.0.113.9', 'INFO', 'theirs')
  expect([passed.status, passed.branches.length]).toEqual([200, 1])
})

test('edge: the dialog of a stranger leads into no private network that is no zone: 403 (security.md §3 row 19)', async () => {
  const headers = { ...dialog, Route: us }
  const refused = await send({}, headers, 'sip:root@169.254.169.254:80', 'BYE')
  expect([refused.status, refused.branches[0]?.request]).toEqual([403, undefined])
  const zones = { inside: ['10.0.0.0/24'] }
  expect((await send({ zones }, headers, 'sip:bob@10.0.0.9', 'BYE')).status).toBe(200)
  expect((await send({ profile: 'open' }, headers, 'sip:bob@10.0.0.9', 'BYE')).status).toBe(200)
})

test('edge: a dialog that does not name us is not ours to carry: 403', async () => {
  const call = await send({}, dialog, 'sip:victim@10.0.0.9', 'BYE')
  expect([call.status, call.branches.length]).toEqual([403, 0])
})

test.each([
  ['without a token', '<sip:192.0.2.1:5060;lr>'],
  ['with the token of another call', ourRoute('call-2')],
  ['with a made-up token', '<sip:192.0.2.1:5060;lr;dlg=0123456789abcdef01234567>'],
])('edge: a Route of ours %s proves nothing: 403', async (_, Route) => {
  const call = await send({}, { ...dialog, Route }, 'sip:victim@10.0.0.9', 'BYE')
  expect([call.status, call.branches.length]).toEqual([403, 0])
})

test('a handler’s headers reach the caller, and every answer of ours has the same To tag (§8.2.6.2)', async () => {
  @Routes()
  class Busy {
    @OnRequest('INVITE')
    invite(ctx: RequestContext): Handled {
      ctx.progress(183)
      return ctx.reply(486, { 'Retry-After': '30' })
    }
  }
  const busy = await createApp({ routes: [Busy], log: quiet })
  const { responses } = await busy.inject({ method: 'INVITE', uri: 'sip:bob@example.com' })
  expect(responses.map(({ status }) => status)).toEqual([183, 486])
  expect(responses[1]?.headers.get('Retry-After')).toBe('30')
  expect(responses[1]?.toTag).toBeDefined()
  expect(responses[1]?.toTag).toBe(responses[0]?.toTag)
})

test('the mark of a target comes back with the requests of its dialog, signed (§16.6 step 4)', async () => {
  const seen: (readonly string[])[] = []
  @Routes()
  class Marking {
    @OnRequest('INVITE')
    invite(ctx: RequestContext): Handled {
      seen.push(ctx.dialogMarks)
      ctx.recordRoute()
      return ctx.relay({ uri: 'sip:gateway', role: 'next-hop', mark: 'gw-1' })
    }

    @OnDialogRequest('BYE')
    bye(ctx: RequestContext): MaybeHandled {
      seen.push(ctx.dialogMarks)
      return undefined
    }
  }
  const marking = await app({ routes: [Marking] })
  const invite = await marking.inject({
    method: 'INVITE',
    uri: 'sip:bob@example.com',
    headers: { From: '<sip:alice@example.com>;tag=1', 'Call-ID': 'marked' },
  })
  const route = invite.branches[0]?.request?.headers.get('Record-Route') ?? ''
  expect(route).toMatch(/;dlg=[0-9a-f]{24}\.gw-1>$/)
  await (
    await app({ routes: [Marking] })
  ).inject({
    method: 'BYE',
    uri: 'sip:alice@10.0.0.1',
    headers: {
      From: '<sip:bob@example.com>;tag=2',
      To: '<sip:alice@example.com>;tag=1',
      'Call-ID': 'marked',
      Route: route,
    },
  })
  expect(seen).toEqual([[], ['gw-1']])
})
