/** How long one request may be tried again before it has failed. */
export interface Patience {
  readonly attempts: number
  /** Milliseconds of waiting in all. */
  readonly budget: number
  readonly wait: (milliseconds: number) => Promise<void>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Whom a client asks, and as whom. */
export interface ApiOptions {
  /** Base of the API; see `apiAddressOf`. */
  readonly address: URL
  readonly token: string
  readonly fetch?: typeof fetch
  readonly patience?: Patience
  readonly signal?: AbortSignal | undefined
}
