import { expect, test } from '@jest/globals'
import { SipHeaders } from '@sipwright/framework'
import { RouteSets } from '#src/route-set.js'
import { Seal } from '#src/token/seal.js'

const routes = new RouteSets(new Seal(['a key for these tests']), ({ host }) =>
  ['203.0.113.1', '10.0.0.5'].includes(host),
)
const outer = '<sip:203.0.113.1:5060;lr;dlg=ab>'
const inner = '<sip:10.0.0.5:5060;lr;dlg=ab>'
const proxy = '<sip:10.0.0.20;lr>'
const foreign = '<sip:proxy.example.com;lr>'

function recorded(...values: string[]): SipHeaders {
  return SipHeaders.of(values.map((value) => ['Record-Route', value] as const))
}

test('a request leaves with ours alone, and its Route brings the others back behind ours', () => {
  const headers = recorded(outer, inner, proxy)
  expect(routes.hideOfRequest(headers)).toEqual([inner, proxy])
  const [value = '', ...none] = headers.values('Record-Route')
  expect(none).toEqual([])
  expect(value).toMatch(/^<sip:203\.0\.113\.1:5060;lr;dlg=ab;th=th1-[\w-]+>$/)
  const request = SipHeaders.of([['Route', value]])
  expect(routes.showInRequest(request)).toBe(true)
  expect(request.values('Route')).toEqual([outer, inner, proxy])
})

test("a response to the inside has its own routers back; the outside's stay above", () => {
  const headers = recorded(outer, proxy)
  routes.hideOfRequest(headers)
  const response = recorded(foreign, ...headers.values('Record-Route'))
  routes.showInResponse(response)
  expect(response.values('Record-Route')).toEqual([foreign, outer, proxy])
})

test('a response leaves with ours above what the request came with; the caller visits the inside in his order', () => {
  const headers = recorded(proxy, inner, outer, foreign)
  expect(routes.hideOfResponse(headers, 1)).toEqual([proxy, inner])
  const [ours = '', ...rest] = headers.values('Record-Route')
  expect(rest).toEqual([foreign])
  const request = SipHeaders.of([['Route', ours]])
  routes.showInRequest(request)
  expect(request.values('Route')).toEqual([outer, inner, proxy])
})

test('nothing is sealed where nothing has to be hidden', () => {
  const request = recorded(outer)
  expect(routes.hideOfRequest(request)).toEqual([])
  expect(request.values('Record-Route')).toEqual([outer])
  const response = recorded(outer, foreign)
  expect(routes.hideOfResponse(response, 1)).toEqual([])
  expect(response.values('Record-Route')).toEqual([outer, foreign])
})

test('where ours is missing, what stands in its place is of the inside and goes', () => {
  const request = recorded(proxy)
  routes.hideOfRequest(request)
  expect(request.has('Record-Route')).toBe(false)
  const response = recorded(proxy, foreign)
  expect(routes.hideOfResponse(response, 1)).toEqual([proxy])
  expect(response.values('Record-Route')).toEqual([foreign])
})

test('forged routes are refused; those of another edge pass', () => {
  const forged = SipHeaders.of([['Route', '<sip:203.0.113.1;lr;th=th1-AAAA>']])
  expect(routes.showInRequest(forged)).toBe(false)
  const other = SipHeaders.of([['Route', '<sip:edge.example.com;lr;th=th1-AAAA>']])
  expect(routes.showInRequest(other)).toBe(true)
  expect(other.values('Route')).toEqual(['<sip:edge.example.com;lr;th=th1-AAAA>'])
})
