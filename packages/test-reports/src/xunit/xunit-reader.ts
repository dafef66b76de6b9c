import type { ByteReader, Reading } from '../byte-reader.ts'
import { XmlReportReader } from '../xml-report-reader.ts'
import { XUNIT_GRAMMAR } from './grammar.ts'
import { XUnitMeaning } from './xunit-meaning.ts'

/** Reads the results of xUnit.net v2 and v3: all assemblies of a run, or one. */
export const makeXUnitReader = (reading: Reading): ByteReader =>
  new XmlReportReader(['assemblies', 'assembly'], XUNIT_GRAMMAR, new XUnitMeaning(reading), reading)
