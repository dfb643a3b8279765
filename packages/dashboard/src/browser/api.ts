/** The API of the process that served this page: same origin, the session's cookie, problems as errors. */
import type { Problem, SessionAnswer } from './answers.js'
import { Store } from './store.js'

/** Who looks; undefined: not known yet; null: nobody has logged in. */
export const session = new Store<SessionAnswer | null | undefined>(undefined)

/** What the API says is wrong. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const root = '/api/v1'

/** `read<SetsAnswer>('/dispatcher/sets')`. Rejects with ApiError. */
export function read<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const search = new URLSearchParams(given).toString()
  return ask<T>('GET', search === '' ? path : `${path}?${search}`)
}

/** Changes something: with the session's second secret. Rejects with ApiError. */
export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {}
  const csrfToken = session.value?.csrfToken
  if (csrfToken !== null && csrfToken !== undefined) headers['x-csrf-token'] = csrfToken
  if (body !== undefined) headers['content-type'] = 'application/json'
  const response = await fetch(`${root}${path}`, {
    ...{ method, headers, credentials: 'same-origin' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T
  if (response.status === 401) session.set(null)
  throw new ApiError(response.status, detailOf(text, response.status))
}

/** Whether who looks may do what needs `scope`. */
export function may(scope: SessionAnswer['scope']): boolean {
  const scopes = ['read', 'operate', 'admin']
  return scopes.indexOf(session.value?.scope ?? 'read') >= scopes.indexOf(scope)
}

/** Finds out who looks. */
export async function lookWhoAsks(): Promise<void> {
  try {
    session.set(await read<SessionAnswer>('/session'))
  } catch (error) {
    session.set(null)
    if (!(error instanceof ApiError && error.status === 401)) throw error
  }
}

/** What went wrong, in words. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function detailOf(text: string, status: number): string {
  try {
    const { detail, errors } = JSON.parse(text) as Problem & {
      readonly errors?: readonly { readonly message: string }[]
    }
    const lines = errors?.map(({ message }) => message) ?? []
    return [detail, ...lines].join('\n')
  } catch {
    return `the answer was ${status}`
  }
}
