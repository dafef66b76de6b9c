export { type MetricsWorld, openMetrics } from './open-metrics.ts'
