export { announce, openChannels, undelivered } from './announce.ts'
export type { Channel, Delivery, Notice } from './notice.ts'
export type { Outgoing, Secrets } from './outgoing.ts'
