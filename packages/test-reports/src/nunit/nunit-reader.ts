import type { ByteReader, Reading } from '../byte-reader.ts'
import { XmlReportReader } from '../xml-report-reader.ts'
import { NUNIT_GRAMMAR } from './grammar.ts'
import { NUnitMeaning } from './nunit-meaning.ts'

/** Reads the results of NUnit 3; those of NUnit 2 have another root, and are refused. */
export const makeNUnitReader = (reading: Reading): ByteReader =>
  new XmlReportReader(['test-run'], NUNIT_GRAMMAR, new NUnitMeaning(reading), reading)
