/** What the demo's far ends use of the npm package `sip` 0.0.6, which brings no types. */
declare module 'sip' {
  export interface Parameters {
    [name: string]: string | number | null | undefined
  }
  export interface Address {
    name?: string | undefined
    uri: string
    params: Parameters
  }
  export interface Via {
    host?: string
    port?: number
    protocol?: string
    params: Parameters
  }
  export interface Headers {
    via: Via[]
    from: Address
    to: Address
    'call-id': string
    cseq: { seq: number; method: string }
    contact?: Address[] | undefined
    route?: RouteAddress[] | undefined
    'record-route'?: RouteAddress[] | undefined
    'max-forwards'?: number | string
    'content-type'?: string
    [name: string]: unknown
  }
  /** The package parses these into parts; a text is taken as well. */
  export interface RouteAddress {
    uri: unknown
    params: Parameters
  }
  export interface Request {
    method: string
    uri: string
    headers: Headers
    content?: string
  }
  export interface Response {
    status: number
    reason?: string
    headers: Headers
    content?: string
  }
  export interface StackOptions {
    address: string
    port: number
    /** What Via says. */
    publicAddress: string
    tcp?: boolean
    logger?: { error?: (error: unknown) => void }
  }
  export interface Stack {
    send(request: Request, onResponse?: (response: Response) => void): void
    send(response: Response): void
    destroy(): void
  }
  const sip: {
    create(options: StackOptions, onRequest: (request: Request) => void): Stack
    makeResponse(
      request: Request,
      status: number,
      reason: string,
      extension?: { headers?: Record<string, unknown>; content?: string },
    ): Response
  }
  export default sip
}
