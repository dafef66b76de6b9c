import { InputError, type ReasonCode, reasons } from '@bulkhead/vocabulary'
import type { CommandResult } from './command-result.ts'

/** The entry of one code, as docs/reasons.md has it. @throws InputError naming codes that come near */
export function explainReason(code: string): CommandResult {
  if (!isReasonCode(code)) throw unknownCode(code)
  const { cause, remedy } = reasons[code]
  return {
    outcome: 'passed',
    findings: [],
    json: { code, cause, remedy },
    text: [code, `  ${cause}`, `  → ${remedy}`],
  }
}

const isReasonCode = (code: string): code is ReasonCode => Object.hasOwn(reasons, code)

function unknownCode(code: string): InputError {
  const codes = Object.keys(reasons)
  const [room = '', cause = room] = code.split('/')
  const near = codes.filter((known) => known.endsWith(`/${cause}`) || known.startsWith(`${room}/`))
  return new InputError({
    code: 'usage/invalid-option',
    subject: `--explain ${code.slice(0, 80)}`,
    message: 'is no code of ours',
    remedy:
      near.length === 0
        ? 'name a code as findings print it, ROOM/CAUSE; docs/reasons.md lists them all'
        : `did you mean one of: ${near.slice(0, 40).join(', ')}?`,
  })
}
