import type { ByteReader, Reading } from '../byte-reader.ts'
import { XmlReportReader } from '../xml-report-reader.ts'
import { NUNIT2_GRAMMAR } from './grammar.ts'
import { Nunit2Meaning } from './nunit2-meaning.ts'

/** Reads the results of NUnit 2.x, which NUnit 3 writes too when it is asked for `format=nunit2`. */
export const makeNunit2Reader = (reading: Reading): ByteReader =>
  new XmlReportReader(['test-results'], NUNIT2_GRAMMAR, new Nunit2Meaning(reading), reading)
