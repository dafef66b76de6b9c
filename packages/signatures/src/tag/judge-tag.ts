import type { Finding } from '@bulkhead/vocabulary'
import { holds } from '../crypto-check.ts'
import { type Principal, type Role, signerAmong } from '../principal.ts'
import {
  READERS,
  type SignatureClaim,
  type TrustedSigners,
  type UnknownKey,
  formatOf,
} from '../signature-format.ts'
import { LENIENT, objectToRules } from '../signing-rules.ts'
import { type TagObject, readTag } from './tag-object.ts'
import { type TagReason, tagRemedyFor } from './tag-remedies.ts'

/** What is said of one annotated tag. */
export interface TagJudgement {
  /** Id of the tag object. */
  readonly tag: string
  /** What it calls itself; text from outside. Empty when it cannot be read. */
  readonly name: string
  /** Its tagger's email; text from outside. */
  readonly tagger: string
  readonly verdict: 'passed' | 'blocked'
  /** The allowed principal who signed; undefined for an unsigned tag where tags may be unsigned. */
  readonly principal: string | undefined
  readonly role: Role | undefined
  readonly format: 'ssh' | 'openpgp' | 'x509' | 'gitsign' | 'none'
  readonly findings: readonly Finding[]
}

export interface TagRequest extends TrustedSigners {
  readonly tag: string
  /** The object as stored. */
  readonly bytes: Buffer
  /** When it reached us, in milliseconds since the epoch. */
  readonly receiptTime: number
  /** What it must call itself; undefined for a tag that another tag names. */
  readonly name: string | undefined
}

/** A tag with what it names, when it can be read at all. */
interface JudgedTag {
  readonly judgement: TagJudgement
  readonly target: Pick<TagObject, 'object' | 'type'> | undefined
}

interface Objection {
  readonly code: TagReason
  readonly message: string
}

/** How far a signature was understood. */
interface Signing {
  readonly format: TagJudgement['format']
  readonly signer?: Principal | undefined
  readonly owners?: readonly Principal[]
  readonly key?: UnknownKey
  readonly objection: Objection | undefined
}

/** Says of one annotated tag who signed it, or why it is blocked. Pure; starts at blocked. */
export function judgeTag(request: TagRequest): JudgedTag {
  const { tag, bytes } = request
  const reading = readTag(bytes, tag.length === 64 ? 'sha256' : 'sha1')
  if (reading.kind === 'refused') {
    const signing = { format: 'none', objection: reading.refusal } as const
    return { judgement: describe(request, undefined, signing), target: undefined }
  }
  const object = reading.value
  const renamed = objectToName(object, request.name)
  const signing = readSigning(request, object)
  const judgement = describe(request, object, {
    ...signing,
    objection: signing.objection ?? renamed,
  })
  return { judgement, target: object }
}

/** A good signature of one release would otherwise do for every other: the name is signed, the ref is not. */
function objectToName({ name }: TagObject, expected: string | undefined): Objection | undefined {
  if (expected === undefined || name === expected) return undefined
  const message = `calls itself ${JSON.stringify(name ?? '(not UTF-8)')}, not ${JSON.stringify(expected)}: it is another tag under this name`
  return { code: 'signature/tag-renamed', message }
}

function readSigning(request: TagRequest, object: TagObject): Signing {
  const { signature } = object
  if (signature === undefined) {
    return { format: 'none', objection: request.rules?.tags === 'any' ? undefined : UNSIGNED }
  }
  const format = formatOf(signature)
  if (format === undefined) return { format: 'none', objection: UNKNOWN_ARMOR }
  const reading = READERS[format](signature, { ...request, commit: request.tag })
  if (reading.kind === 'refused') return { format, objection: reading.refusal }
  const claim = reading.value
  if (claim.kind === 'claim') return { format, ...judgeClaim(request, object, claim) }
  const message = `the key ${claim.fingerprint} is nobody's whom the trusted ref allows`
  return { format, key: claim, objection: { code: 'signature/unknown-signer', message } }
}

function judgeClaim(
  { receiptTime, rules = LENIENT }: TagRequest,
  { tagger }: TagObject,
  claim: SignatureClaim,
): Omit<Signing, 'format'> {
  const { owners, check } = claim
  if (!holds(check)) return { objection: INVALID }
  const signer = signerAmong(owners, tagger)
  const objection =
    claim.objectTo(tagger, receiptTime) ??
    objectToRules({ author: tagger, committer: tagger, signer, key: check.key }, rules)
  if (objection !== undefined) return { owners, objection }
  const byForge = signer?.role === 'forge' && rules.forge !== 'any'
  return { owners, signer, objection: byForge ? BY_FORGE : undefined }
}

function describe(
  request: TagRequest,
  object: TagObject | undefined,
  { format, signer, owners = [], key, objection }: Signing,
): TagJudgement {
  const remedy = (code: TagReason) =>
    tagRemedyFor(code, {
      name: request.name ?? object?.name ?? '',
      target: object?.object ?? 'COMMIT',
      signersPath: request.allowedSigners.path,
      committer: object?.tagger ?? '',
      emails: owners.flatMap(({ committers }) => committers),
      publicKey: key?.publicKey ?? '',
      isAuthority: key?.isAuthority,
      openPgpKey: format === 'openpgp' ? (key?.fingerprint ?? '') : '',
      format,
    })
  const { tag } = request
  return {
    tag,
    name: object?.name ?? '',
    tagger: object?.tagger ?? '',
    verdict: objection === undefined ? 'passed' : 'blocked',
    principal: signer?.name ?? owners[0]?.name,
    role: signer?.role ?? owners[0]?.role,
    format,
    findings:
      objection === undefined
        ? []
        : [{ ...objection, subject: `tag ${tag}`, remedy: remedy(objection.code) }],
  }
}

const UNSIGNED: Objection = { code: 'signature/tag-unsigned', message: 'carries no signature' }
const UNKNOWN_ARMOR: Objection = {
  code: 'signature/unsupported',
  message: 'is signed in a form that is not known',
}
const INVALID: Objection = {
  code: 'signature/invalid',
  message: 'its signature does not verify: the tag is not what was signed',
}
const BY_FORGE: Objection = {
  code: 'signature/forge-not-a-merge',
  message: 'is signed by the forge alone, which is nobody',
}
