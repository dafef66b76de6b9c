import { createHash } from 'node:crypto'
import { commitId } from '@bulkhead/vocabulary'
import { type SigstoreTrust, judgeCommit, parseSigstoreTrust } from '../src/index.ts'
import { type CmsRequest, armorCms, attribute, signCms } from './cms.ts'
import { octets } from './der.ts'
import { type LogRequest, type Logged, embedded, entryBody, logBody } from './entry-log.ts'
import { PLAIN, sshSigners } from './openpgp-stage.ts'
import type { Holder } from './pki.ts'
import {
  ISSUER,
  type IdentityRequest,
  type Services,
  certify,
  makeSigstore,
  trustedRootOf,
} from './sigstore.ts'
import { RECEIPT, codesOf, withSignature } from './stage.ts'
import { ADA, EMAIL } from './x509-stage.ts'

export const instance = makeSigstore()
export const payload = Buffer.from(PLAIN)

interface TrustRequest {
  readonly identities?: readonly { readonly issuer: string; readonly identity: string }[]
  readonly services?: Services
  readonly proofs?: object
  readonly principal?: typeof ADA | { name: string; role: 'person'; committers: string[] }
}

const file = (json: object, path: string) => ({ bytes: Buffer.from(JSON.stringify(json)), path })

export function trust(request: TrustRequest = {}): SigstoreTrust {
  const { identities = [{ issuer: ISSUER, identity: EMAIL }], proofs, principal = ADA } = request
  return parseSigstoreTrust(
    {
      trustedRoot: file(trustedRootOf(instance, request.services), 'trusted_root.json'),
      proofs: proofs && file(proofs, 'proofs.json'),
    },
    [{ principal, identities }],
  )
}

interface GitsignRequest {
  readonly by?: Holder
  readonly identity?: IdentityRequest
  readonly log?: Partial<LogRequest>
  readonly entry?: (own: Logged, by: Holder) => Logged
  readonly cms?: Partial<CmsRequest>
  /** What stands where the log entry does; default: the entry. */
  readonly beside?: readonly Buffer[]
  readonly version?: string
}

export const OID = '1.3.6.1.4.1.57264.3.1'

export function signed(request: GitsignRequest = {}): string {
  const { by = certify(instance, EMAIL, request.identity), entry = (own) => own } = request
  const unsigned: CmsRequest['unsigned'] = ({ attributes, signature }) => {
    const body = entryBody(attributes, signature, by)
    const own = entry(logBody(body, { log: instance.entryLog, ...request.log }), by)
    const { version = '0.0.1' } = request
    return request.beside ?? [attribute(OID, octets(embedded(own, { version })))]
  }
  const der = signCms(payload, {
    by,
    certificates: [by, instance.issuer],
    unsigned,
    ...request.cms,
  })
  return withSignature(PLAIN, armorCms(der))
}

export const idOf = (source: string): string =>
  createHash('sha1').update(`commit ${source.length}\0${source}`, 'latin1').digest('hex')

export const judge = (source: string, sigstore: SigstoreTrust | undefined, receiptTime = RECEIPT) =>
  judgeCommit({
    commit: commitId(idOf(source)),
    bytes: Buffer.from(source, 'latin1'),
    allowedSigners: sshSigners,
    sigstore,
    receiptTime,
  })

export const codes = (request: GitsignRequest = {}, trusted = trust()) =>
  codesOf(judge(signed(request), trusted))
export const INVALID = ['signature/invalid-proof']
export const UNTRUSTED = ['signature/untrusted-certificate']
export const UNKNOWN = ['signature/unknown-signer']
