export { awsKeyService, regionOfKey } from './aws-kms.ts'
export { type KeyService, serviceSigner } from './key-service.ts'
