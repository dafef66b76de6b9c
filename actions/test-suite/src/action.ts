import { defineAction } from '@bulkhead/action-kit'

export const action = defineAction({
  name: 'test-suite',
  inputs: {
    suites: {
      kind: 'lines',
      description: 'The suites of the policy to run, one name a line; every suite when not given.',
    },
    leg: {
      kind: 'text',
      description: 'Which leg of the matrix this job is, for suites whose policy declares legs.',
    },
    shard: {
      kind: 'text',
      description:
        'One shard of the suites named, as `2/4`; all of them, one after the other, when not given.',
    },
    voucher: {
      kind: 'choice',
      options: ['github'],
      description:
        'Exactly github: no key signs; the gate asks GitHub which job a record came from. Upload `evidence` as an artifact named bulkhead-run-….',
    },
    'voucher-socket': {
      kind: 'path',
      description:
        'The socket of a voucher, a process that runs the tests and whose key they cannot read.',
    },
    'keys-file': {
      kind: 'path',
      description:
        'A file with the private voucher key in PEM, within reach of the tests: only where the policy says separation: local.',
    },
  },
  outputs: {
    commit: { description: 'The full id of the commit that was tested.' },
    evidence: {
      description: 'The folder of run records and reports, for actions/upload-artifact.',
    },
  },
})
