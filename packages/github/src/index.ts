export { type PublishedKeys, fetchPublishedKeys } from './published-keys.ts'
