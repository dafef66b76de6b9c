import { expect } from 'vitest'
import { type Finding } from '@bulkhead/vocabulary'
import type { Ended } from './command-line.ts'

/** The part of a `--json` object that every command has. */
export interface Answer {
  readonly command: string
  readonly outcome: string
  readonly exitCode: number
  readonly findings: readonly Finding[]
  readonly [field: string]: unknown
}

const STACK_TRACE = /\n\s+at .*:\d+:\d+/

/** The one JSON object on stdout, after checking what is promised of it and of the exit code. */
export function answerOf(ended: Ended): Answer {
  expect(ended.printed).not.toMatch(STACK_TRACE)
  const answer = JSON.parse(ended.stdout) as Answer // Throws for none and for two.
  expect(answer).toMatchObject({
    command: expect.any(String),
    outcome: expect.any(String),
    exitCode: ended.code,
    findings: expect.any(Array),
  })
  for (const finding of answer.findings) expect(finding).toEqual(FINDING)
  return answer
}

const FINDING = {
  code: expect.stringMatching(/^[a-z]+\/[a-z-]+$/),
  subject: expect.stringMatching(/\S/),
  message: expect.stringMatching(/\S/),
  remedy: expect.stringMatching(/\S/),
}
