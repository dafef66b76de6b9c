/**
 * What is signed: `DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload`, lengths in bytes as
 * decimal digits (DSSE v1.0.2, protocol.md). The type is inside, so an envelope of one kind never
 * verifies as another.
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const length = Buffer.byteLength(payloadType)
  const head = Buffer.from(`DSSEv1 ${length} ${payloadType} ${payload.byteLength} `)
  return Buffer.concat([head, payload])
}
