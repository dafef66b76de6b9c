import type { Milliseconds } from '@bulkhead/vocabulary'

/** A server that answers metrics. */
export interface MetricSourcePolicy {
  readonly kind: 'prometheus' | 'json'
  readonly url: string
  /** Query for the time up to which data are whole. */
  readonly watermark: string
  /** The variable that holds a bearer token. */
  readonly tokenFrom: string | undefined
  /** Time between two values. */
  readonly step: Milliseconds
}

/** A request from outside: of the last `tries`, `required` must have passed. */
export interface ProbePolicy {
  readonly kind: 'probe'
  readonly url: string
  readonly status: number
  readonly contains: string | undefined
  readonly timeout: Milliseconds
  readonly tries: number
  readonly required: number
}

export type MetricPolicy =
  /** Counts at one release since the bake began. */
  | { readonly kind: 'errors'; readonly requests: string; readonly errors: string }
  /** The allowed rise is a share of the reference's median, 0–1. */
  | { readonly kind: 'latency'; readonly query: string; readonly allowedIncrease: number }
  | { readonly kind: 'heartbeat'; readonly query: string; readonly allowedDrop: number }
  | ProbePolicy

/** What has a say in whether a rollout goes on, besides the traffic that the target counts. */
export interface AnalysisPolicy {
  /** Undefined only where all metrics are probes. */
  readonly source: MetricSourcePolicy | undefined
  /** How late data may come. */
  readonly lag: Milliseconds
  /** By name. */
  readonly metrics: Readonly<Record<string, MetricPolicy>>
}
