/** One place that a request may be sent to. RFC 3261 §16.5 */
export interface Target {
  readonly uri: string
  /**
   * `request-uri`: the copy's Request-URI becomes `uri` (§16.6 step 2).
   * `next-hop`: the Request-URI stays as it came and the copy goes to `uri` (a load balancer's choice).
   */
  readonly role: 'request-uri' | 'next-hop'
  /** Whose choice it was: the dispatcher hangs its destination here. */
  readonly origin?: unknown
  /**
   * A name that requests within the dialog bring back, signed in our Record-Route: `dialogMarks`. The far ends can read it,
   * so it must not say more than they may know. Letters, digits, `-` and `_`, 64 at most.
   */
  readonly mark?: string
  /**
   * Parameters that our Via carries to it, well formed: `;oc;oc-algo="loss"`. What has become of them in its responses is
   * `ResponseContext.ourVia`.
   */
  readonly viaParams?: string
}

/** Yields targets in order of preference: the first choice and then the fallbacks. */
export interface TargetSource {
  /** All that it yields are tried at once, as by `fork`. Absent: false, one after the other. */
  readonly atOnce?: boolean
  next(): Target | undefined
}
