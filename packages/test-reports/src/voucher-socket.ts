import { once } from 'node:events'
import { chmod, lstat, unlink } from 'node:fs/promises'
import { type Server, connect } from 'node:net'
import { InputError, WorldError } from '@bulkhead/vocabulary'
import { remark } from './remarks.ts'

/**
 * Listens for this user only: a socket of mode 0600, or a named pipe on Windows. A socket file that
 * nobody answers is what a killed voucher leaves, and is replaced.
 *
 * @throws InputError `test/voucher-busy` when a voucher answers there already
 * @throws WorldError `test/voucher-unreachable` when the place cannot be listened at
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  const isPipe = process.platform === 'win32'
  if (!isPipe) await removeStaleSocket(path)
  try {
    server.listen({ path, readableAll: false, writableAll: false })
    await once(server, 'listening')
    if (!isPipe) await chmod(path, 0o600)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it cannot be listened at'
    throw new WorldError(remark('test/voucher-unreachable', path, reason), { cause })
  }
}

async function removeStaleSocket(path: string): Promise<void> {
  const state = await lstat(path).catch(() => undefined)
  if (state === undefined || !state.isSocket()) return
  if (await answers(path))
    throw new InputError(remark('test/voucher-busy', path, 'a voucher answers there already'))
  await unlink(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
