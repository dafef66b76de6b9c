export { succeed } from './command.ts'
export { type CommitRequest, type GitFixture, makeRepository } from './git-fixture.ts'
export { type Person, type SshKeyType, allowedSigners, makePerson } from './person.ts'
export { type TemporaryDirectory, temporaryDirectory } from './temporary.ts'
