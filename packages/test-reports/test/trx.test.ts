import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeCorpus } from './support/corpus-totals.ts'
import { describeDamage } from './support/damage.ts'

const NAMESPACE = 'http://microsoft.com/schemas/VisualStudio/TeamTest/2010'
const result = (id: string, outcome: string, inner = '') =>
  `<UnitTestResult executionId="e${id}" testId="${id}" testName="${id}" outcome="${outcome}">${inner}</UnitTestResult>`
const definition = (id: string) =>
  `<UnitTest name="${id}" id="${id}"><Execution id="e${id}"/><TestMethod className="A" name="${id}"/></UnitTest>`

interface Parts {
  results?: string
  ids?: string[]
  entries?: string
  counters?: string
  outcome?: string
  infos?: string
}

const trx = ({ results, ids = ['a'], entries = '', ...rest }: Parts = {}) =>
  `<?xml version="1.0" encoding="utf-8"?><TestRun id="1" name="x" xmlns="${NAMESPACE}">` +
  `<Results>${results ?? ids.map((id) => result(id, 'Passed')).join('')}</Results>` +
  `<TestDefinitions>${ids.map(definition).join('')}</TestDefinitions><TestEntries>${entries}</TestEntries>` +
  `<ResultSummary outcome="${rest.outcome ?? 'Completed'}">${rest.counters ?? '<Counters total="1"/>'}` +
  `<RunInfos>${rest.infos ?? ''}</RunInfos></ResultSummary></TestRun>`

const outcome = (name: string, because: string): Bypass => ({
  line: 'C59',
  shows: `the outcome ${name}`,
  blocks: trx({ results: result('a', name) }),
  passes: trx({ results: result('a', 'Passed') }),
  because,
})
const info = (kind: string) =>
  `<RunInfo computerName="c" outcome="${kind}" timestamp="t"><Text>host died</Text></RunInfo>`

const BYPASSES: readonly Bypass[] = [
  outcome('Failed', 'failed'),
  outcome('Timeout', 'failed'),
  outcome('Aborted', 'failed'),
  outcome('PassedButRunAborted', 'failed'),
  outcome('Warning', 'failed'),
  outcome('Error', 'errored'),
  outcome('Disconnected', 'errored'),
  outcome('InProgress', 'errored'),
  outcome('Completed', 'errored'),
  outcome('Inconclusive', 'skipped'),
  outcome('NotExecuted', 'skipped'),
  outcome('NotRunnable', 'skipped'),
  outcome('Pending', 'skipped'),
  outcome('passed', 'test/unknown-status'),
  outcome('', 'test/unknown-status'),
  {
    line: 'A8',
    shows: 'an error of the run itself',
    blocks: trx({ infos: info('Error') }),
    passes: trx({ infos: info('Completed') }),
    because: 'test/suite-error',
  },
  {
    line: 'A8',
    shows: 'a warning of the run itself',
    blocks: trx({ infos: info('Warning') }),
    passes: trx({ infos: info('Passed') }),
    because: 'test/suite-error',
  },
  ...['Failed', 'Aborted', 'Error', ''].map((name) => ({
    line: 'A8',
    shows: `a run whose outcome is "${name}" while all tests passed`,
    blocks: trx({ outcome: name }),
    passes: trx({ outcome: 'Completed' }),
    because: 'test/suite-error',
  })),
  {
    line: 'A6',
    shows: 'an error inside of a result that passed',
    blocks: trx({
      results: result(
        'a',
        'Passed',
        '<Output><ErrorInfo><Message>x</Message></ErrorInfo></Output>',
      ),
    }),
    passes: trx({ results: result('a', 'Passed', '<Output><StdOut>x</StdOut></Output>') }),
    because: 'failed',
  },
  ...['total="2"', 'total="1" passed="0"', 'total="1" failed="1"', 'total="1" error="1"'].map(
    (counters) => ({
      line: 'A7',
      shows: `the counters ${counters}`,
      blocks: trx({ counters: `<Counters ${counters}/>` }),
      passes: trx({
        counters: '<Counters total="1" executed="1" passed="1" failed="0" error="0"/>',
      }),
      because: 'test/counter-mismatch',
    }),
  ),
  {
    line: 'A7',
    shows: 'no counters',
    blocks: trx({ counters: '' }),
    passes: trx(),
    because: 'test/incomplete',
  },
  {
    line: 'A9',
    shows: 'a data row that fails',
    blocks: trx({
      results: result('a', 'Passed', `<InnerResults>${result('a', 'Failed')}</InnerResults>`),
    }),
    passes: trx({
      results: result('a', 'Passed', `<InnerResults>${result('a', 'Passed')}</InnerResults>`),
    }),
    because: 'failed',
  },
  {
    line: 'C58',
    shows: 'a test without a result',
    blocks: trx({ ids: ['a', 'b'], results: result('a', 'Passed') }),
    passes: trx({ ids: ['a', 'b'], counters: '<Counters total="2"/>' }),
    because: 'test/incomplete',
  },
  {
    line: 'C58',
    shows: 'an entry without a result',
    blocks: trx({ entries: '<TestEntry testId="a" executionId="eb"/>' }),
    passes: trx({ entries: '<TestEntry testId="a" executionId="ea"/>' }),
    because: 'test/incomplete',
  },
  {
    line: 'C58',
    shows: 'a result without a definition',
    blocks: trx({ ids: [], results: result('a', 'Passed') }),
    passes: trx(),
    because: 'test/incomplete',
  },
  {
    line: 'A13',
    shows: 'one id failing, then passing',
    blocks: trx({
      results: result('a', 'Failed') + result('a', 'Passed'),
      counters: '<Counters total="2"/>',
    }),
    passes: trx({ ids: ['a', 'b'], counters: '<Counters total="2"/>' }),
    because: 'duplicate',
  },
  {
    line: 'A14',
    shows: 'a result without a name',
    blocks: trx().replace('testName="a"', ''),
    passes: trx(),
    because: 'test/unnamed',
  },
  {
    line: 'A16',
    shows: 'a foreign namespace',
    blocks: trx().replace('TeamTest/2010', 'TeamTest/2006'),
    passes: trx(),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A17',
    shows: 'a kind of result that nobody knows',
    blocks: trx({ results: `${result('a', 'Passed')}<WebTestResult outcome="Failed"/>` }),
    passes: trx(),
    because: 'test/unknown-element',
  },
  {
    line: 'A19',
    shows: 'another root',
    blocks: '<testsuites/>',
    passes: trx(),
    because: 'test/unknown-element',
  },
  {
    line: 'A1',
    shows: 'no results',
    blocks: trx({ ids: [], counters: '<Counters total="0"/>' }),
    passes: trx(),
    because: 'test/no-tests',
  },
  {
    line: 'D78',
    shows: 'an outcome stated twice',
    blocks: trx().replace('outcome="Passed"', 'outcome="Failed" outcome="Passed"'),
    passes: trx(),
    because: 'test/unparseable',
  },
]

describeBypasses('trx', BYPASSES)
describeCorpus('trx', 'TRX', [])
describeDamage(
  'trx',
  trx({
    ids: ['a', 'b'],
    results: result('a', 'Passed') + result('b', 'Failed'),
    counters: '<Counters total="2"/>',
    outcome: 'Failed',
  }),
)
