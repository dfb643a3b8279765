/**
 * The proxy on npm `sip`: round robin, record-routed, 503 tried elsewhere. Arguments: what becomes of a REGISTER, its
 * port, the backends' ports.
 */
import sip from 'sip'
import proxy from 'sip/proxy.js'

const [policy, ...ports] = process.argv.slice(2)
const [port = 0, ...backends] = ports.map(Number)
const ourUri = `sip:127.0.0.1:${port};lr`
let turn = 0

// The package takes every hop at its own host for itself: its name must not be the address of the backends.
const options = { address: '127.0.0.1', publicAddress: 'proxy.invalid', port, tcp: false }
proxy.start(options, (request) => {
  const { headers } = request
  headers['max-forwards'] = Number(headers['max-forwards'] ?? 70) - 1
  // Inside a dialog: our own Route comes off, the rest shows the way.
  if (headers.route !== undefined) {
    headers.route.shift()
    proxy.send(request)
    return
  }
  if (request.method === 'OPTIONS' && !request.uri.includes('@')) {
    proxy.send(sip.makeResponse(request, 200))
    return
  }
  if (request.method === 'REGISTER' && policy === 'refuse-register') {
    proxy.send(sip.makeResponse(request, 404))
    return
  }
  headers['record-route'] = [{ uri: ourUri, params: {} }, ...(headers['record-route'] ?? [])]
  relay(request, backends.length)
})
console.log('ready')

function relay(request: sip.Request, tries: number): void {
  const backend = backends[turn++ % backends.length] ?? 0
  // Its only way to a next hop that is not the Request-URI is a Route, which the backend ignores.
  request.headers.route = [{ uri: `sip:127.0.0.1:${backend};lr`, params: {} }]
  proxy.send(request, (response) => {
    if (response.status === 503 && tries > 1) {
      relay(request, tries - 1)
      return
    }
    response.headers.via.shift()
    proxy.send(response)
  })
}
