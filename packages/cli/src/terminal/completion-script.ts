type Words = ReadonlyMap<string, readonly string[]>

/** A completion script for one shell, or undefined for a shell that we do not know. */
export function completionScript(shell: string, words: Words): string | undefined {
  switch (shell) {
    case 'bash':
      return bash(words)
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`
    case 'fish':
      return fish(words)
    default:
      return undefined
  }
}

function bash(words: Words): string {
  const cases = [...words]
    .filter(([path]) => path !== '')
    .map(([path, list]) => `    "${path}") words="${list.join(' ')}" ;;`)
  return [
    '_bulkhead() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" path="" words word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$word" in -*) ;; *) path="${path:+$path }$word" ;; esac',
    '  done',
    '  case "$path" in',
    ...cases,
    `    "") words="${(words.get('') ?? []).join(' ')}" ;;`,
    '    *) words="" ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _bulkhead bulkhead',
  ].join('\n')
}

function fish(words: Words): string {
  return [...words]
    .flatMap(([path, list]) =>
      list.map((word) => {
        const condition =
          path === ''
            ? '__fish_use_subcommand'
            : path
                .split(' ')
                .map((name) => `__fish_seen_subcommand_from ${name}`)
                .join('; and ')
        const completion = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
        return `complete -c bulkhead -f -n '${condition}' ${completion}`
      }),
    )
    .join('\n')
}
