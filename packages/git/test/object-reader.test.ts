import { execFileSync } from 'node:child_process'
import { chmod, cp, readFile, readdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePerson, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openRepository, readInWindows } from '../src/index.ts'
import { type BatchAnswer, BatchFraming } from '../src/object-framing.ts'
import { readObjects } from '../src/object-reader.ts'

const id = fc.stringMatching(/^[0-9a-f]{40}$/)
const answer: fc.Arbitrary<BatchAnswer> = fc.oneof(
  fc.record({
    kind: fc.constant('missing' as const),
    id: fc.oneof(id, fc.constant('refs/heads/ledger/eu-1')),
  }),
  fc
    .tuple(id, fc.constantFrom('blob', 'commit', 'tree', 'tag'), fc.uint8Array({ maxLength: 300 }))
    .map(([name, type, raw]) => {
      const bytes = Buffer.from(raw)
      return { kind: 'object' as const, id: name, type, size: bytes.length, bytes }
    }),
)

const written = (a: BatchAnswer): Buffer =>
  a.kind === 'missing'
    ? Buffer.from(`${a.id} missing\n`)
    : Buffer.concat([
        Buffer.from(`${a.id} ${a.type} ${a.size}\n`),
        a.bytes ?? Buffer.alloc(0),
        Buffer.from('\n'),
      ])

describe('the framing of cat-file --batch', () => {
  it('reads back what was written, wherever the pipe cuts it', () => {
    fc.assert(
      fc.property(fc.array(answer), fc.array(fc.integer({ min: 1, max: 50 })), (answers, cuts) => {
        const framing = new BatchFraming(1_000)
        let stream = Buffer.concat(answers.map(written))
        const read: BatchAnswer[] = []
        for (let turn = 0; stream.length > 0; turn += 1) {
          const size = cuts[turn % Math.max(cuts.length, 1)] ?? 1_000
          read.push(...framing.feed(stream.subarray(0, size)))
          stream = stream.subarray(size)
        }
        expect(read).toEqual(answers)
      }),
    )
  })

  it('passes over contents above the limit and goes on with the next object', () => {
    const framing = new BatchFraming(3)
    const name = 'a'.repeat(40)
    const stream = `${name} blob 4\nabcd\n${name} blob 3\nabc\n`
    const [large, small] = framing.feed(Buffer.from(stream))
    expect(large).toEqual({ kind: 'object', id: name, type: 'blob', size: 4, bytes: undefined })
    expect(small).toMatchObject({ bytes: Buffer.from('abc') })
  })

  it.each([
    `${'a'.repeat(40)} blob 3\nabcd\n`,
    `${'a'.repeat(40)} blob -1\n`,
    `${'a'.repeat(40)} blob 03\n`,
    `${'a'.repeat(39)} missing\n`,
    `${'a'.repeat(40)} ambiguous\n`,
    'refs/heads/a b missing\n',
    'x'.repeat(1_000),
  ])('refuses a stream that is not cat-file speaking: %j', (stream) => {
    expect(() => new BatchFraming(100).feed(Buffer.from(stream))).toThrow(Error)
  })
})

async function repositoryWith(files: Record<string, string>) {
  const home = await temporaryDirectory()
  const by = await makePerson('Ada', home.path)
  const fixture = await makeRepository(join(home.path, 'repo'))
  const head = await fixture.commit({ by, message: 'one', files })
  return { home, fixture, head, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
}

describe('reading objects', () => {
  it('answers thousands of questions in flight, each with its own bytes', async () => {
    await using at = await repositoryWith({})
    const contents = Array.from({ length: 3_000 }, (_, index) => `${index}\n${'x'.repeat(index)}`)
    const ids: string[] = []
    for (const part of [contents.slice(0, 1_500), contents.slice(1_500)]) {
      const names = part.map((_, index) => join(at.home.path, `f${index}`))
      await Promise.all(part.map((text, index) => writeFile(names[index] ?? '', text)))
      const out = execFileSync('git', ['hash-object', '-w', '--stdin-paths'], {
        cwd: at.fixture.path,
        input: names.join('\n'),
      })
      ids.push(...out.toString().trim().split('\n'))
    }
    await using repository = await openRepository(at.fixture.path)
    const objects = await Promise.all(ids.map((name) => repository.readObject(name)))
    expect(objects.map((object) => object.bytes.toString())).toEqual(contents)
  })

  it('refuses bytes that do not hash to the id they are stored under', async () => {
    await using at = await repositoryWith({ a: 'honest\n', b: 'forged\n' })
    const honest = (await at.fixture.git('rev-parse', 'HEAD:a')).trim()
    const forged = (await at.fixture.git('rev-parse', 'HEAD:b')).trim()
    const file = (name: string) =>
      join(at.fixture.path, '.git', 'objects', name.slice(0, 2), name.slice(2))
    await chmod(file(honest), 0o644)
    await cp(file(forged), file(honest))
    // git itself shows the forged text without a word.
    expect(await at.fixture.git('cat-file', 'blob', honest)).toBe('forged\n')
    await using repository = await openRepository(at.fixture.path)
    await expect(repository.readObject(honest)).rejects.toMatchObject({
      findings: [{ code: 'git/corrupt-object', subject: honest }],
    })
    expect((await repository.readObject(forged)).bytes.toString()).toBe('forged\n')
  })

  it('names an object that is missing, and one that is too large', async () => {
    await using at = await repositoryWith({ large: 'x'.repeat(1_000), small: 'x' })
    const large = (await at.fixture.git('rev-parse', 'HEAD:large')).trim()
    const small = (await at.fixture.git('rev-parse', 'HEAD:small')).trim()
    const options = { cwd: at.fixture.path, objectFormat: 'sha1', maxObject: 999 } as const
    const reader = readObjects(options)
    const absent = '0'.repeat(40)
    await expect(reader.readObject(absent)).rejects.toMatchObject({
      findings: [{ code: 'git/missing-object', subject: absent }],
    })
    await expect(reader.readObject(large)).rejects.toMatchObject({
      findings: [{ code: 'git/too-large', subject: large }],
    })
    expect((await reader.readObject(small)).bytes.toString()).toBe('x')
    await reader.close()
  })

  it('never passes anything but a full id to git', async () => {
    await using at = await repositoryWith({})
    await using repository = await openRepository(at.fixture.path)
    for (const name of ['HEAD', at.head.slice(0, 10), `${at.head}\nHEAD`, '']) {
      await expect(repository.readObject(name)).rejects.toThrow(TypeError)
    }
  })

  it('sees where a branch is, and that it moved, and says nothing of what is no plain branch', async () => {
    await using at = await repositoryWith({ a: 'text\n' })
    await using repository = await openRepository(at.fixture.path)
    await at.fixture.git('config', 'user.name', 'Ada')
    await at.fixture.git('config', 'user.email', 'ada@example.net')
    await at.fixture.git('branch', 'side')
    const tip = () => repository.findTip('refs/heads/side')
    expect(await tip()).toBe(at.head)
    const tree = (await at.fixture.git('rev-parse', 'HEAD^{tree}')).trim()
    const next = (await at.fixture.git('commit-tree', '-m', 'next', tree)).trim()
    await at.fixture.git('update-ref', 'refs/heads/side', next)
    expect(await tip()).toBe(next)
    await at.fixture.git('pack-refs', '--all')
    expect(await tip()).toBe(next)
    await at.fixture.git('tag', '-a', '-m', 'a tag', 'tagged')
    for (const ref of ['refs/heads/none', 'refs/tags/tagged', 'HEAD', 'refs/heads/side^{commit}'])
      expect(await repository.findTip(ref)).toBeUndefined()
    await at.fixture.git('update-ref', '-d', 'refs/heads/side')
    expect(await tip()).toBeUndefined()
  })

  it('reads nothing ahead for who takes the first of many', async () => {
    const asked: string[] = []
    const source = {
      readObject: (name: string) => {
        asked.push(name)
        return Promise.resolve({ type: 'blob' as const, bytes: Buffer.from(name) })
      },
    }
    const names = Array.from({ length: 200 }, (_, n) => `n${n}`)
    for await (const { id: first } of readInWindows(source, names)) {
      expect(first).toBe('n0')
      break
    }
    expect(asked).toEqual(['n0'])
    const read: string[] = []
    for await (const { object } of readInWindows(source, names)) read.push(object.bytes.toString())
    expect(read).toEqual(names)
  })

  it('fails every question in flight when git dies, and every later one', async () => {
    await using at = await repositoryWith({})
    const reader = readObjects({ cwd: join(at.home.path, 'absent'), objectFormat: 'sha1' })
    const answers = await Promise.allSettled([
      reader.readObject(at.head),
      reader.readObject(at.head),
    ])
    for (const settled of answers) {
      expect(settled).toMatchObject({ status: 'rejected', reason: expect.any(WorldError) })
    }
    await expect(reader.readObject(at.head)).rejects.toMatchObject({
      findings: [{ code: 'git/failed' }],
    })
    await reader.close()
  })

  it('leaves no child behind', async () => {
    await using at = await repositoryWith({})
    const repository = await openRepository(at.fixture.path)
    await repository.readObject(at.head)
    const children = async () => {
      const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
      const lines = await Promise.all(ids.map(async (pid) => [pid, await parentOf(pid)] as const))
      return lines.filter(([, parent]) => parent === process.pid).map(([pid]) => pid)
    }
    const before = await children()
    await repository.close()
    const after = await children()
    if (process.platform === 'linux') expect(before.length - after.length).toBe(1)
    await expect(repository.readObject(at.head)).rejects.toMatchObject({
      findings: [{ code: 'git/failed' }],
    })
  })

  it('does not fetch what a partial clone lacks', async () => {
    await using at = await repositoryWith({ a: 'text\n' })
    await at.fixture.git('config', 'uploadpack.allowFilter', 'true')
    const blob = (await at.fixture.git('rev-parse', 'HEAD:a')).trim()
    const partial = join(at.home.path, 'partial')
    const url = `file://${at.fixture.path}`
    await at.fixture.git('clone', '--quiet', '--no-checkout', '--filter=blob:none', url, partial)
    await using repository = await openRepository(partial)
    expect((await repository.readObject(at.head)).type).toBe('commit')
    const refusal = repository.readFile(await repository.resolveCommit('HEAD'), 'a')
    await expect(refusal).rejects.toMatchObject({
      findings: [{ code: 'git/missing-object', subject: blob }],
    })
    // Left to itself, git fetches it.
    await at.fixture.git('-C', partial, 'cat-file', '-e', blob)
  })

  it('says git/failed when an object file is unreadable garbage', async () => {
    await using at = await repositoryWith({ a: 'text\n' })
    const blob = (await at.fixture.git('rev-parse', 'HEAD:a')).trim()
    const file = join(at.fixture.path, '.git', 'objects', blob.slice(0, 2), blob.slice(2))
    await unlink(file)
    await writeFile(file, 'garbage')
    await using repository = await openRepository(at.fixture.path)
    await expect(repository.readObject(blob)).rejects.toBeInstanceOf(WorldError)
  })
})

async function parentOf(pid: string): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return Number(/\) \S (\d+) /.exec(text)?.[1])
}
