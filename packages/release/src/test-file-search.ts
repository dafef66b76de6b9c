import type { TestId } from '@bulkhead/test-reports'

/** What is known of the files of a repository. */
export interface FileSearch {
  /** Every file that is or may become part of the repository, from its top, with `/`. */
  readonly files: readonly string[]
  /** Absolute path of the top: some runners write absolute paths. */
  readonly root: string
  /** A path of the same project; where several files fit, the nearest ones are meant. */
  readonly near: string
}

export interface FoundFiles {
  readonly files: ReadonlySet<string>
  /** Ids that name no file of the repository. */
  readonly without: readonly TestId[]
}

/**
 * Finds the files that tests are made of, by what their ids say: a path in `file` or `class`, or a
 * dotted class (`com.acme.IsolationTest`, `tests.test_isolation.TestRows`) in a file that is named as
 * tests are. Where the ids say nothing, people name the files.
 */
export function findTestFiles(ids: readonly TestId[], search: FileSearch): FoundFiles {
  const index = new FileIndex(search)
  const files = new Set<string>()
  const without: TestId[] = []
  for (const id of ids) {
    const found = index.find(id.file) ?? index.find(id.className)
    if (found === undefined) without.push(id)
    else for (const file of found) files.add(file)
  }
  return { files, without }
}

const withoutExtension = (path: string): string => path.replace(/(?<=[^/])\.[^/.]+$/, '')
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
/** A class may have the name of a file of the product; only a file named as tests are is meant. */
const isNamedAsTest = (path: string): boolean => /test|spec/i.test(path)

class FileIndex {
  readonly #search: FileSearch
  readonly #byName: ReadonlyMap<string, readonly string[]>
  readonly #byStem: ReadonlyMap<string, readonly string[]>
  readonly #known = new Map<string, readonly string[] | undefined>()

  constructor(search: FileSearch) {
    this.#search = search
    this.#byName = Map.groupBy(search.files, baseName)
    this.#byStem = Map.groupBy(search.files.filter(isNamedAsTest), (path) =>
      baseName(withoutExtension(path)),
    )
  }

  find(text: string): readonly string[] | undefined {
    if (text === '') return undefined
    if (!this.#known.has(text)) this.#known.set(text, this.#byPath(text) ?? this.#byClass(text))
    return this.#known.get(text)
  }

  #byPath(text: string): readonly string[] | undefined {
    const slashed = text.replaceAll('\\', '/')
    const top = `${this.#search.root.replaceAll('\\', '/')}/`
    const path = (slashed.startsWith(top) ? slashed.slice(top.length) : slashed).replace(
      /^\.\//,
      '',
    )
    const fitting = this.#byName.get(baseName(path)) ?? []
    if (fitting.includes(path)) return [path]
    return this.#nearest(fitting.filter((file) => file.endsWith(`/${path}`)))
  }

  /** Longest first: of `a.b.C` the file `a/b/C.*`, then `a/b.*` with the class C in it. */
  #byClass(text: string): readonly string[] | undefined {
    if (!/^[\p{L}\p{N}_$.]+$/u.test(text)) return undefined
    const parts = text.replace(/\$.*$/, '').split('.')
    for (let length = parts.length; length > 0; length -= 1) {
      const path = parts.slice(0, length).join('/')
      const fitting = (this.#byStem.get(baseName(path)) ?? []).filter((file) =>
        `/${withoutExtension(file)}`.endsWith(`/${path}`),
      )
      const found = this.#nearest(fitting)
      if (found !== undefined) return found
    }
    return undefined
  }

  #nearest(files: readonly string[]): readonly string[] | undefined {
    if (files.length === 0) return undefined
    const shared = files.map((file) => sharedFolders(file, this.#search.near))
    const most = Math.max(...shared)
    return files.filter((_, at) => shared[at] === most)
  }
}

function sharedFolders(a: string, b: string): number {
  const [one, other] = [a.split('/'), b.split('/')]
  const end = one.findIndex((part, at) => part !== other[at])
  return end < 0 ? one.length : end
}
