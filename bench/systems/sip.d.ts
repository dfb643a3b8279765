/** What the benchmark's proxy uses of the npm package `sip` 0.0.6, which brings no types. */
declare module 'sip' {
  namespace sip {
    interface Message {
      headers: {
        via: unknown[]
        route?: { uri: string; params: object }[]
        'record-route'?: { uri: string; params: object }[]
        'max-forwards'?: number | string
      }
    }
    interface Request extends Message {
      method: string
      uri: string
    }
    interface Response extends Message {
      status: number
    }
  }
  const sip: { makeResponse(request: sip.Request, status: number): sip.Response }
  export default sip
}

declare module 'sip/proxy.js' {
  import type sip from 'sip'
  const proxy: {
    start(
      options: { address: string; publicAddress: string; port: number; tcp: boolean },
      onRequest: (request: sip.Request) => void,
    ): void
    send(request: sip.Request, onResponse?: (response: sip.Response) => void): void
    send(response: sip.Response): void
  }
  export default proxy
}
