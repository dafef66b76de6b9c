import { type BlobId, type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import { type FileRole, type NamedFile, POLICY_PATH, namedFiles } from './named-files.ts'
import { findingOf, parsePolicy } from './parse-policy.ts'
import type { LoadedPolicy } from './policy.ts'
import { digestOfFiles } from './policy-digest.ts'
import type { Defect } from './yaml-path.ts'

/** Far above any honest policy, list of signers or key. */
export const MOST_FILE_BYTES = 4 * 1024 * 1024
/** Inventories spell out every test: 50,000 of them with long names take 10 MiB. */
export const MOST_INVENTORY_BYTES = 64 * 1024 * 1024

const mostBytes = ({ role }: NamedFile): number =>
  role === 'inventory' ? MOST_INVENTORY_BYTES : MOST_FILE_BYTES

/** A policy's bytes, and the way to the files that it names. */
export interface PolicyOrigin {
  readonly source: Buffer
  readonly blob: BlobId
  readonly trustedRef: CommitId
  /** What stands before `:LINE:COLUMN` in findings. */
  readonly shownAs: string
  /** `commit …` or `folder …`, for messages. */
  readonly whereFilesAre: string
  /** Undefined when there is no regular file at that path. */
  readonly read: (path: string) => Promise<Buffer | undefined>
}

type ReadFile = NamedFile & { readonly bytes: Buffer | undefined }

/** Parses a policy, reads what it names, and binds it all in a digest. @throws InputError */
export async function assemblePolicy(origin: PolicyOrigin): Promise<LoadedPolicy> {
  const parsed = parsePolicy(origin.source, origin.shownAs)
  if (!parsed.ok) throw new InputError(parsed.findings)
  const read: ReadFile[] = []
  for (const file of namedFiles(parsed.policy))
    read.push({ ...file, bytes: await origin.read(file.path) })
  const findings = judgeFiles(read, origin).map((defect): Finding =>
    findingOf(defect, parsed.locate),
  )
  if (findings.length > 0) throw new InputError(findings)
  const files = new Map(
    read.flatMap(({ path, bytes }) => (bytes === undefined ? [] : [[path, bytes]])),
  )
  return {
    policy: parsed.policy,
    trustedRef: origin.trustedRef,
    blob: origin.blob,
    digest: digestOfFiles(new Map([...files, [POLICY_PATH, origin.source]])),
    files,
  }
}

function judgeFiles(files: readonly ReadFile[], origin: PolicyOrigin): readonly Defect[] {
  return [
    ...files
      .filter(({ bytes, role }) => bytes === undefined && role !== 'inventory')
      .map((file) => missingFile(file, origin)),
    ...files.flatMap((file) =>
      file.bytes && file.bytes.length > mostBytes(file) ? [tooLarge(file)] : [],
    ),
    ...sameKeys(files.filter(({ role }) => KEY_ROLES.has(role))),
  ]
}

/** A key in two of these roles would let its holder be both. */
const KEY_ROLES: ReadonlySet<FileRole> = new Set(['voucher', 'builder', 'gate', 'ledger'])

const FILES: Readonly<Record<FileRole, string>> = {
  signers: 'the allowed signers',
  revoked: 'the revoked keys',
  openpgp: 'an OpenPGP certificate',
  roots: 'the X.509 roots',
  crls: 'the X.509 revocation lists',
  'trusted-root': "Sigstore's trusted root",
  proofs: 'the Sigstore proofs',
  inventory: 'an inventory',
  voucher: 'a voucher key',
  builder: 'a builder key',
  gate: 'a gate key',
  ledger: 'a ledger key',
}

const missingFile = ({ path, role, place }: ReadFile, { whereFilesAre }: PolicyOrigin): Defect => ({
  code: 'policy/missing-file',
  path: place,
  part: 'value',
  message: `${FILES[role]}, ${JSON.stringify(path)}: no regular file there in ${whereFilesAre}`,
  remedy: `Commit the file at that path (\`git add -- ${quoted(path)}\`) to the trusted ref, or name the right path here.`,
})

const tooLarge = (file: ReadFile): Defect => ({
  code: 'policy/too-large',
  path: file.place,
  part: 'value',
  message: `${JSON.stringify(file.path)} is larger than the ${mostBytes(file)} bytes that are read`,
  remedy: 'Make the file smaller.',
})

/** One key under two paths would have two roles after all: whoever runs the tests could sign verdicts. */
function sameKeys(files: readonly ReadFile[]): readonly Defect[] {
  const first = new Map<string, ReadFile>()
  return files.flatMap((file): readonly Defect[] => {
    if (file.bytes === undefined) return []
    const key = file.bytes.toString('latin1').replace(/\s/g, '')
    const earlier = first.get(key)
    first.set(key, earlier ?? file)
    if (earlier === undefined) return []
    return [
      {
        code: 'policy/inconsistent',
        path: file.place,
        part: 'value',
        message: `${JSON.stringify(file.path)} holds the same key as ${JSON.stringify(earlier.path)}; a key has one role`,
        remedy: 'Make a key of its own for one of the two.',
        other: earlier.place,
      },
    ]
  })
}

/** A path as one word of a POSIX shell, for a command that somebody may copy. */
const quoted = (path: string): string =>
  /^[A-Za-z0-9._/-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
