import {
  type Shape,
  anyObject,
  canonicalJson,
  commitText,
  count,
  digestText,
  instantText,
  listOf,
  objectOf,
  oneOf,
  orNull,
  preAuthenticationEncoding,
  readJson,
  sha256,
  text,
} from '@bulkhead/envelope'
import { type Principal, type TrustedSigners, signerOfStatement } from '@bulkhead/signatures'
import type { CommitId, Digest, Finding } from '@bulkhead/vocabulary'
import { APPROVAL_NAMESPACE, APPROVAL_TYPE, type Approval } from './approval.ts'

const LIMITS = { maxBytes: 64 * 1024, maxDepth: 6 }

const TERMS = {
  version: oneOf('1'),
  genesis: commitText,
  reason: text,
  created: instantText,
  expires: instantText,
}

const amendment = objectOf({
  ...TERMS,
  kind: oneOf('amendment'),
  subject: objectOf({ suite: text, path: text, from: digestText, to: orNull(digestText) }),
})

const waiver = objectOf({
  ...TERMS,
  kind: oneOf('waiver'),
  subject: objectOf({ suite: text, code: text, finding: text, commit: commitText }),
})

const policyChange = objectOf({
  ...TERMS,
  kind: oneOf('policy-change'),
  subject: objectOf({ loosened: digestText }),
})

const hotfix = objectOf({
  ...TERMS,
  kind: oneOf('hotfix'),
  subject: objectOf({
    environment: text,
    hotfix: count,
    commit: commitText,
    artifacts: listOf(digestText, 1_000),
    plan: digestText,
  }),
})

const reopening = objectOf({
  ...TERMS,
  kind: oneOf('reopening'),
  subject: objectOf({ environment: text, hotfix: count, commit: commitText }),
})

const kindShape = oneOf('amendment', 'waiver', 'policy-change', 'hotfix', 'reopening')

const approvalShape: Shape<Approval> = (value, at) => {
  const { kind } = anyObject(value, at)
  switch (kindShape(kind, `${at}.kind`)) {
    case 'amendment':
      return amendment(value, at)
    case 'waiver':
      return waiver(value, at)
    case 'policy-change':
      return policyChange(value, at)
    case 'hotfix':
      return hotfix(value, at)
    case 'reopening':
      return reopening(value, at)
  }
}

/** DSSE v1.0.2, whose one signature is an SSHSIG; armor and all, as ssh-keygen writes it. */
const envelopeShape = objectOf({
  payloadType: oneOf(APPROVAL_TYPE),
  payload: text,
  signatures: listOf(objectOf({ sig: text }), 1),
})

/** The bytes that the approver signs: the payload with its type (DSSE, protocol.md). */
export const bytesToSign = (approval: Approval): Buffer =>
  preAuthenticationEncoding(APPROVAL_TYPE, Buffer.from(canonicalJson(approval)))

/** The file of an approval, out of what was approved and `ssh-keygen`'s armored signature over it. */
export const approvalFile = (approval: Approval, armor: string): Buffer =>
  Buffer.from(
    canonicalJson({
      payloadType: APPROVAL_TYPE,
      payload: Buffer.from(canonicalJson(approval)).toString('base64'),
      signatures: [{ sig: Buffer.from(armor.trimEnd()).toString('base64') }],
    }),
  )

export interface OpenRequest {
  readonly genesis: CommitId
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Of the trusted ref. */
  readonly trusted: TrustedSigners
  /** How far the approver's clock may be ahead of ours, in milliseconds; default: not at all. */
  readonly skew?: number
  /** How findings call the file. */
  readonly name: string
}

export type OpenedApproval =
  | {
      readonly kind: 'approved'
      readonly approval: Approval
      readonly approver: Principal
      /** SHA-256 of the file. */
      readonly digest: Digest
    }
  | {
      readonly kind: 'refused'
      readonly finding: Finding
      /** What it was about, when nothing but its time is wrong. */
      readonly lapsed?: Approval
    }

/** Opens an approval: strict form, this repository, in its time, by a person whom the trusted ref allows. */
export function openApproval(bytes: Uint8Array, request: OpenRequest): OpenedApproval {
  const { genesis, now, trusted, skew = 0 } = request
  const form = readForm(bytes)
  if (typeof form === 'string') return refuse(request, 'approval/malformed', form)
  const { approval, payload, armor } = form
  const signed = signerOfStatement({
    bytes: preAuthenticationEncoding(APPROVAL_TYPE, payload),
    armor,
    namespace: APPROVAL_NAMESPACE,
    time: now,
    trusted,
  })
  if (signed.kind === 'refused')
    return refuse(request, 'approval/unknown-approver', signed.refusal.message)
  if (signed.value.role !== 'person')
    return refuse(
      request,
      'approval/not-a-person',
      `${signed.value.name} is a ${signed.value.role}`,
    )
  if (approval.genesis !== genesis)
    return refuse(request, 'approval/wrong-repository', `its genesis is ${approval.genesis}`)
  if (now + skew < Date.parse(approval.created) || now >= Date.parse(approval.expires))
    return {
      ...refuse(
        request,
        'approval/expired',
        `it holds from ${approval.created} until ${approval.expires}`,
      ),
      lapsed: approval,
    }
  return { kind: 'approved', approval, approver: signed.value, digest: sha256(bytes) }
}

interface Form {
  readonly approval: Approval
  readonly payload: Buffer
  readonly armor: string
}

function readForm(bytes: Uint8Array): Form | string {
  const envelope = readJson(envelopeShape, bytes, LIMITS)
  if (envelope.kind === 'refused') return envelope.reason
  const payload = decode(envelope.value.payload)
  const armor = decode(envelope.value.signatures[0]?.sig ?? '')
  if (payload === undefined || armor === undefined || armor.length === 0)
    return 'payload or signature is not canonical base64'
  const approval = readJson(approvalShape, payload, LIMITS)
  if (approval.kind === 'refused') return approval.reason
  if (canonicalJson(approval.value) !== payload.toString())
    return 'the payload is not canonical JSON'
  return { approval: approval.value, payload, armor: armor.toString('latin1') }
}

function decode(encoded: string): Buffer | undefined {
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.toString('base64') === encoded ? bytes : undefined
}

const REMEDIES = {
  'approval/malformed': 'have it made again: `bulkhead approve`',
  'approval/unknown-approver':
    'have a person approve whose line in the allowed signers of the trusted ref has `namespaces="git,bulkhead-approval"`',
  'approval/not-a-person': 'have a person approve',
  'approval/wrong-repository':
    'have it made in a clone of this repository, with the same genesis pinned',
  'approval/expired': 'have it made again: `bulkhead approve`',
} as const

const refuse = (
  { name }: OpenRequest,
  code: keyof typeof REMEDIES,
  message: string,
): Extract<OpenedApproval, { readonly kind: 'refused' }> => ({
  kind: 'refused',
  finding: { code, subject: name, message, remedy: REMEDIES[code] },
})
