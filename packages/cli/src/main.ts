#!/usr/bin/env -S node --max-semi-space-size=4 --heap-growing-percent=60
// Little room for young objects and a heap that grows by small steps: 100,000 commits are judged in some
// 120 MB instead of 250, at the same speed. Less of either would slow `ledger verify` down.
// Armed before anything else: a crash while loading, or a promise that never settles, is our own bug
// and never green (DESIGN §5). Only a finished command disarms it.
process.exitCode = 70
let finished = false
let untold: string | undefined
process.on('exit', () => {
  if (!finished) process.exitCode = 70
  else if (untold !== undefined) {
    process.exitCode = 3
    process.stderr.write(
      `\u2717 usage/unwritable-file  stdout: what was done could not be told: ${untold}\n  \u2192 Check the disk; what a command has done stays done.\n`,
    )
  }
})
// A reader that stops early (`| head`) is no error of ours. Where stdout goes to a full disk, the work is
// done to its end all the same, and then the world has failed; notes on stderr stop nothing.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') untold ??= error.code ?? error.message
})
process.stderr.on('error', () => undefined)

const { main } = await import('./program.ts')
process.exitCode = await main(process.argv.slice(2))
finished = true
