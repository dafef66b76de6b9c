export { openMetrics } from './open-metrics.ts'
export type { MetricsWorld } from './source.ts'
