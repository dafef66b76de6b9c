import { type Reading, read, refuse } from '../refusal.ts'

/** Larger than any chain of certificates that a signature honestly carries. */
const MAX_ARMOR = 64 * 1024
const ARMOR =
  /^-----BEGIN SIGNED MESSAGE-----\n((?:[A-Za-z0-9+/]+={0,2}\n)+)-----END SIGNED MESSAGE-----\n?$/
/** Octets of 1.3.6.1.4.1.57264, the arc of Sigstore's identifiers. */
const SIGSTORE_ARC = Buffer.from('2b0601040183bf30', 'hex')

/** The bytes in the armor of gpgsm, smimesign and gitsign, with nothing before or after it. */
export function readCmsArmor(armor: string): Reading<Buffer> {
  if (armor.length > MAX_ARMOR) {
    return refuse('signature/malformed', 'its signature is larger than any CMS signature')
  }
  const body = ARMOR.exec(armor)?.[1]?.replaceAll('\n', '')
  if (body === undefined) {
    return refuse(
      'signature/malformed',
      'its signature is not one armored block with nothing around it',
    )
  }
  const bytes = Buffer.from(body, 'base64')
  return bytes.toString('base64') === body
    ? read(bytes)
    : refuse('signature/malformed', 'its signature is not plain base64')
}

/**
 * Whether a CMS signature is to be judged as Sigstore's: it carries its identifiers. Whoever writes
 * them into another signature is held to Sigstore's rules, which are the stricter ones.
 */
export function isGitsign(armor: string): boolean {
  const bytes = readCmsArmor(armor)
  return bytes.kind === 'read' && bytes.value.includes(SIGSTORE_ARC)
}
