export { type GitData, type TreeChange, gitData } from './git-data.ts'
export { type PublishedKeys, fetchPublishedKeys } from './published-keys.ts'
