#!/usr/bin/env -S node --max-semi-space-size=2 --heap-growing-percent=30
// Little room for young objects and a heap that grows by a third at a time: 100,000 commits are judged
// in some 120 MB instead of 250, at the same speed.
// Armed before anything else: a crash while loading, or a promise that never settles, is our own bug
// and never green (DESIGN §5). Only a finished command disarms it.
process.exitCode = 70
let finished = false
process.on('exit', () => {
  if (!finished) process.exitCode = 70
})
// A reader that stops early (`| head`) is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const { main } = await import('./program.ts')
process.exitCode = await main(process.argv.slice(2))
finished = true
