/** What the processes of the demo tell each other. */

/** A backend or the callers to the demo, before all else. */
export interface ListeningMessage {
  readonly kind: 'listening'
}

/** The demo to a backend: stop answering what is new, then die without a word. */
export interface CrashMessage {
  readonly kind: 'crash'
}

/** The demo to a backend: answer 503 to whatever is new, or no more. */
export interface BusyMessage {
  readonly kind: 'busy'
  readonly busy: boolean
}

/** The demo to the callers: place calls from now on. */
export interface StartMessage {
  readonly kind: 'start'
}

/** The demo to the callers: place no more calls; those still up after `limitMs` are given up. */
export interface StopMessage {
  readonly kind: 'stop'
  readonly limitMs: number
}

/** How one call attempt ended, as its caller saw it. */
export type Outcome =
  /** Answered, and ended by a BYE that was answered. */
  | { readonly kind: 'answered'; readonly backend: string }
  /** Answered, but a later request of the call got no 200. */
  | {
      readonly kind: 'broken'
      readonly backend: string
      /** Milliseconds of the system's clock. */
      readonly answeredAt: number
      readonly status: number
    }
  /** The caller hung up before an answer, as it meant to. */
  | { readonly kind: 'cancelled' }
  /** No answer: the final status, or 0 for none. */
  | { readonly kind: 'failed'; readonly status: number }

/** The callers to the demo. */
export type CallersMessage =
  | { readonly kind: 'placed' }
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  /** After a stop: nothing is in progress any more. */
  | { readonly kind: 'finished' }
