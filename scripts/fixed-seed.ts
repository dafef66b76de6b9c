// Property tests draw the same examples every time, so that a red build is red again for whoever
// looks. `BULKHEAD_SEED=12345 npm test` looks elsewhere; what it finds belongs into a test of its own.
import { configureGlobal } from 'fast-check'

configureGlobal({ seed: Number(process.env['BULKHEAD_SEED'] ?? 20_261_123) })
