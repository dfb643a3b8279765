/** The REST API of a running edge, as verbs use it: what goes wrong is one error with an exit status of its own. */
import { type ErrorCode, SipError } from '@sipwright/framework'
import { type Answers } from '@sipwright/plugin-admin'

/** What stands behind `?`; undefined is left out, a list is repeated. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** One server-sent event. */
export interface EdgeEvent {
  readonly topic: string
  readonly data: unknown
}

/** An edge that says nothing for so long is not there. */
const answerLimitMs = 30_000

export class EdgeClient {
  readonly url: string
  readonly #token: string | undefined

  /** `url` is the root: `http://127.0.0.1:8088`. */
  constructor(url: string, token: string | undefined) {
    this.url = url.replace(/\/+$/, '')
    this.#token = token
  }

  get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.#json('GET', path, query)
  }

  post<Answer>(path: string, body?: object, query: Query = {}): Promise<Answer> {
    return this.#json('POST', path, query, body)
  }

  patch<Answer>(path: string, body: object): Promise<Answer> {
    return this.#json('PATCH', path, {}, body)
  }

  delete<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.#json('DELETE', path, query)
  }

  /** Another media type than JSON. */
  async bytes(path: string): Promise<Buffer> {
    const response = await this.#ask('GET', path, {})
    return Buffer.from(await this.#read(() => response.arrayBuffer()))
  }

  /** Events of these topics, until the edge ends the stream or `signal` does. */
  async *events(topics: readonly string[], signal: AbortSignal): AsyncGenerator<EdgeEvent> {
    const path = '/api/v1/events'
    const response = await this.#ask('GET', path, { topics: topics.join(',') }, undefined, signal)
    if (response.body === null) return
    let rest = ''
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        rest += decoder.decode(chunk, { stream: true })
        const whole = rest.split('\n\n')
        rest = whole.pop() ?? ''
        for (const block of whole) {
          const event = eventOf(block)
          if (event !== undefined) yield event
        }
      }
    } catch (error) {
      if (!signal.aborted) throw this.#unreachable(error)
    }
  }

  async #json<Answer>(method: string, path: string, query: Query, body?: object): Promise<Answer> {
    const response = await this.#ask(method, path, query, body)
    const text = await this.#read(() => response.text())
    // The schema that this type is made of is the one the edge answers by; nothing else claims to be sipwright.
    return (text === '' ? undefined : this.#parsed(text)) as Answer
  }

  async #ask(
    method: string,
    path: string,
    query: Query,
    body?: object,
    signal: AbortSignal = AbortSignal.timeout(answerLimitMs),
  ): Promise<Response> {
    const url = `${this.url}${path}${formatQuery(query)}`
    const response = await this.#read(() =>
      fetch(url, {
        method,
        signal,
        headers: {
          ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    )
    if (response.ok) return response
    throw this.#refusal(response.status, await this.#read(() => response.text()))
  }

  async #read<Value>(read: () => Promise<Value>): Promise<Value> {
    try {
      return await read()
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new SipError(
        'SIPW_ERR_COMMAND_UNREACHABLE',
        [this.url, 'it does not answer as sipwright'],
        {
          cause,
        },
      )
    }
  }

  #refusal(status: number, text: string): SipError {
    if (!text.startsWith('{')) {
      const said = `it answers ${status}, and not as sipwright`
      return new SipError('SIPW_ERR_COMMAND_UNREACHABLE', [this.url, said])
    }
    const { detail, errors = [] } = this.#parsed(text) as Answers['problem']
    const parts = errors.map(({ path, message }) => `${path}: ${message}`)
    const code = codes.get(status) ?? 'SIPW_ERR_COMMAND_REFUSED'
    return new SipError(code, [[detail, ...parts].join('; ')])
  }

  #unreachable(error: unknown): SipError {
    if (error instanceof SipError) return error
    return new SipError('SIPW_ERR_COMMAND_UNREACHABLE', [this.url, reasonOf(error)], {
      cause: error,
    })
  }
}

const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'SIPW_ERR_COMMAND_FORBIDDEN'],
  [403, 'SIPW_ERR_COMMAND_FORBIDDEN'],
  [429, 'SIPW_ERR_COMMAND_FORBIDDEN'],
])

/** `fetch failed` says nothing; its cause does, or the first of several causes. */
function reasonOf(error: unknown): string {
  const { cause, errors, message } = error as Partial<
    Record<'cause' | 'errors' | 'message', unknown>
  >
  if (typeof cause === 'object' && cause !== null) return reasonOf(cause)
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors[0])
  return typeof message === 'string' && message !== '' ? message : String(error)
}

function formatQuery(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const each of [value].flat()) search.append(name, String(each))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

/** Undefined: a heartbeat, or the hint when to come back. */
function eventOf(block: string): EdgeEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()]
    }),
  )
  const [topic, data] = [fields.get('event'), fields.get('data')]
  return topic === undefined || data === undefined ? undefined : { topic, data: JSON.parse(data) }
}
