import * as v from 'valibot'
import { commandLine, duration, explain, listOf, repositoryPath } from './forms.ts'

const globs = (meaning: string, example: string) =>
  listOf(repositoryPath('A path or glob, from the top of the repository.', example), {
    form: 'a list of paths or globs, at least one',
    meaning,
    example: [example],
  })

export const migrationsForm = explain(
  v.strictObject({
    paths: globs(
      'Where the database migrations of what runs here lie, all of them.',
      'db/migrations/**',
    ),
    expand: v.optional(
      globs(
        'Those of them that the release before can live with: they only add. All others contract.',
        'db/migrations/*.expand.sql',
      ),
    ),
  }),
  {
    form: 'a mapping with the keys paths and expand',
    meaning:
      'Database migrations, told apart by their paths. There is no way back over one that contracts.',
    example: { paths: ['db/migrations/**'], expand: ['db/migrations/*.expand.sql'] },
  },
)

export const mixedTestForm = explain(
  v.strictObject({
    command: commandLine(
      'Run once per region after the first batch, while both releases serve. Any end but exit code 0 takes the release back.',
      ['node', 'test/both-versions.mjs'],
    ),
    timeout: duration('Longest time that the command may take.', '60s'),
  }),
  {
    form: 'a mapping with the keys command and timeout',
    meaning: 'A test of the old release and the new one side by side, on the same data.',
    example: { command: ['node', 'test/both-versions.mjs'], timeout: '60s' },
  },
)
