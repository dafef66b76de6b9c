import type { Command } from 'commander'

/** The run that evidence is of, as the command line names it. */
export interface RunOptions {
  readonly run?: string
  readonly attempt?: string
}

/** Adds the options by which the parts of one run, on whichever machines, are held together. */
export const withRunOptions = (command: Command, meaning: string): Command =>
  command
    .option('--run <id>', meaning)
    .option('--attempt <n>', 'which try of that run it is (default: 1)')
