import type { ByteReader, Reading } from '../byte-reader.ts'
import { XmlReportReader } from '../xml-report-reader.ts'
import { TRX_GRAMMAR } from './grammar.ts'
import { TrxMeaning } from './trx-meaning.ts'

/** Reads the results of Visual Studio Test and of the Microsoft testing platform. */
export const makeTrxReader = (reading: Reading): ByteReader =>
  new XmlReportReader(['TestRun'], TRX_GRAMMAR, new TrxMeaning(reading), reading)
