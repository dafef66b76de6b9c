import { temporaryDirectory } from '@bulkhead/testkit'
import { describe, expect, it } from 'vitest'
import { openCheckpoint, sealCheckpoint } from '../src/tlog/checkpoint.ts'
import { checkCosignature } from '../src/tlog/cosignature.ts'
import { GrowingTree } from '../src/tlog/growing-tree.ts'
import { hashLeaf } from '../src/tlog/merkle-hash.ts'
import { noteKey, witnessKey } from '../src/tlog/note-key.ts'
import { TiledTree } from '../src/tlog/tiled-tree.ts'
import { tilePath } from '../src/tlog/tiles.ts'
import { type WitnessMemory, witnessMemoryIn } from '../src/witness/witness-memory.ts'
import { witnessCheckpoint } from '../src/witness/witness.ts'
import { ORIGIN, ledgerKey } from './log-fixture.ts'

const log = ledgerKey()
const logKey = noteKey(ORIGIN, log.key.publicKey)
const own = ledgerKey()
const key = witnessKey('example.net/w1', own.key.publicKey)

/** A log of `size` leaves: from `forkAt` on they are others. */
async function logOf(size: number, forkAt = size) {
  const tree = new GrowingTree()
  const files = new Map<string, Buffer>()
  for (let n = 0; n < size; n += 1) {
    tree.append(hashLeaf(Buffer.from(n < forkAt ? `leaf ${n}` : `other ${n}`)))
  }
  for (const { name, bytes } of tree.edge()) files.set(tilePath(name), bytes)
  const note = await sealCheckpoint({ origin: ORIGIN, size, root: tree.root }, logKey, log.signer)
  const tiles = new TiledTree(size, (path) => Promise.resolve(files.get(path)))
  return { checkpoint: note, prove: (old: number) => tiles.consistencyProof(old) }
}

const witness = (memory: WitnessMemory) => ({
  origin: ORIGIN,
  logKeys: [logKey],
  key,
  signer: own.signer,
  memory,
  now: () => 1_700_000_000_000,
})

async function lastSize(memory: WitnessMemory): Promise<number | undefined> {
  const last = await memory.last(ORIGIN)
  const read = last === null ? undefined : openCheckpoint(last.checkpoint, ORIGIN, [logKey])
  return read?.kind === 'read' ? read.checkpoint.size : undefined
}

describe('a witness', () => {
  it('cosigns what continues what it cosigned, again and again, and remembers it on disk', async () => {
    await using home = await temporaryDirectory()
    for (const size of [3, 3, 7, 200]) {
      const answer = await witnessCheckpoint(witness(witnessMemoryIn(home.path)), await logOf(size))
      if (answer.kind === 'refused') throw new Error(JSON.stringify(answer))
      const { note } = answer.checkpoint
      expect(checkCosignature({ ...note, signatures: [answer.line] }, key).kind).toBe('cosigned')
      expect(await lastSize(witnessMemoryIn(home.path))).toBe(size)
    }
  })

  it.each([
    ['a shorter log', () => logOf(5), 409],
    ['a fork', () => logOf(9, 4), 422],
    ['another tree of the same size', () => logOf(7, 6), 422],
    [
      'a continuation without its proof',
      async () => ({ ...(await logOf(9)), prove: () => Promise.resolve([]) }),
      422,
    ],
    [
      'a checkpoint that the log did not sign',
      async () => {
        const { checkpoint, prove } = await logOf(9)
        return { checkpoint: checkpoint.replace('\n9\n', '\n8\n'), prove }
      },
      403,
    ],
  ])('refuses %s, and goes on remembering what it saw', async (_, make, status) => {
    await using home = await temporaryDirectory()
    const memory = witnessMemoryIn(home.path)
    expect((await witnessCheckpoint(witness(memory), await logOf(7))).kind).toBe('cosigned')
    expect(await witnessCheckpoint(witness(memory), await make())).toMatchObject({
      kind: 'refused',
      status,
    })
    expect(await lastSize(memory)).toBe(7)
    expect((await witnessCheckpoint(witness(memory), await logOf(9))).kind).toBe('cosigned')
  })
})

/** C2SP tlog-witness, add-checkpoint: A with N and B with N+K are both compared; then B, then A is stored. */
async function raceOf(memory: WitnessMemory) {
  const first = await witnessCheckpoint(witness(memory), await logOf(3))
  expect(first.kind).toBe('cosigned')
  const shorter = await logOf(5)
  let compared: () => void = () => undefined
  let goOn: () => void = () => undefined
  const reached = new Promise<void>((resolve) => (compared = resolve))
  const held = new Promise<void>((resolve) => (goOn = resolve))
  const slow = witnessCheckpoint(witness(memory), {
    ...shorter,
    prove: async (old) => {
      compared()
      await held
      return shorter.prove(old)
    },
  })
  await reached
  const longer = await witnessCheckpoint(witness(memory), await logOf(9))
  goOn()
  return { longer, shorter: await slow }
}

describe('the lost update of two requests at once', () => {
  it('rolls back a witness that stores without comparing again', async () => {
    let stored: { sequence: number; checkpoint: string } | null = null
    const careless: WitnessMemory = {
      last: () => Promise.resolve(stored),
      replace: (_origin, _expected, checkpoint) => {
        stored = { sequence: 1, checkpoint }
        return Promise.resolve(true)
      },
    }
    const { longer, shorter } = await raceOf(careless)
    expect([longer.kind, shorter.kind]).toEqual(['cosigned', 'cosigned'])
    expect(await lastSize(careless)).toBe(5)
    // Four entries are gone with its blessing: now it cosigns a log that has others in their place.
    expect((await witnessCheckpoint(witness(careless), await logOf(9, 5))).kind).toBe('cosigned')
  })

  it('is refused by ours, which keeps the longer log', async () => {
    await using home = await temporaryDirectory()
    const memory = witnessMemoryIn(home.path)
    const { longer, shorter } = await raceOf(memory)
    expect(longer.kind).toBe('cosigned')
    expect(shorter).toMatchObject({ kind: 'refused', status: 409 })
    expect(await lastSize(memory)).toBe(9)
    expect(await witnessCheckpoint(witness(memory), await logOf(9, 5))).toMatchObject({
      status: 422,
    })
  })

  it('is won by exactly one of fifty at once', async () => {
    await using home = await temporaryDirectory()
    const memory = witnessMemoryIn(home.path)
    await witnessCheckpoint(witness(memory), await logOf(3))
    const last = await memory.last(ORIGIN)
    const checkpoints = await Promise.all(Array.from({ length: 50 }, (_, n) => logOf(4 + n)))
    const won = await Promise.all(
      checkpoints.map(({ checkpoint }) => memory.replace(ORIGIN, last, checkpoint)),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(await lastSize(memory)).toBe(4 + won.indexOf(true))
  })
})
