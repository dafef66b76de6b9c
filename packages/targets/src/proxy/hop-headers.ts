import type { IncomingHttpHeaders } from 'node:http'

/** Headers of one connection, not of the message (RFC 9110 §7.6.1); `expect` was answered here. */
const HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect']

/**
 * Removes what belongs to one connection, also what `Connection` names. `transfer-encoding` stays:
 * the library frames the body by it.
 */
export function dropHopHeaders(headers: IncomingHttpHeaders): void {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  for (const name of [...HOP, ...named]) {
    if (name !== 'transfer-encoding' && name !== 'content-length') delete headers[name]
  }
}
