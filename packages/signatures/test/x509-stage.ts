import { commitId } from '@bulkhead/vocabulary'
import {
  type CommitJudgement,
  type CommitRequest,
  type X509Trust,
  judgeCommit,
  parseX509Trust,
} from '../src/index.ts'
import { type CmsRequest, armorCms, signCms } from './cms.ts'
import { pem } from './der.ts'
import { PLAIN, sshSigners } from './openpgp-stage.ts'
import { type Holder, certificatesPem } from './pki.ts'
import { RECEIPT, withSignature } from './stage.ts'

export const EMAIL = 'ada@example.test'
export const COMMIT = commitId('c'.repeat(40))
export const ADA = { name: 'ada', role: 'person', committers: [EMAIL] } as const

export function trustOf(
  roots: readonly Holder[],
  { crls, emails = [EMAIL] }: { crls?: readonly Buffer[]; emails?: readonly string[] } = {},
): X509Trust {
  const text = crls?.map((crl) => pem('X509 CRL', crl)).join('')
  return parseX509Trust(
    {
      roots: { bytes: Buffer.from(certificatesPem(...roots)), path: 'roots.pem' },
      crls: text === undefined ? undefined : { bytes: Buffer.from(text), path: 'crls.pem' },
    },
    [{ principal: ADA, emails }],
  )
}

export const judgeX509 = (
  source: string | Buffer,
  x509: X509Trust | undefined,
  receiptTime = RECEIPT,
  more: Pick<CommitRequest, 'sigstore' | 'rules'> = {},
): CommitJudgement =>
  judgeCommit({
    commit: COMMIT,
    bytes: typeof source === 'string' ? Buffer.from(source, 'latin1') : source,
    allowedSigners: sshSigners,
    x509,
    receiptTime,
    ...more,
  })

/** The source of a commit with this message as its signature. */
export const signedBy = (request: CmsRequest): string =>
  withSignature(PLAIN, armorCms(signCms(Buffer.from(PLAIN), request)))

export const judgeCms = (
  request: CmsRequest,
  trust: X509Trust,
  receiptTime?: number,
): CommitJudgement => judgeX509(signedBy(request), trust, receiptTime)
