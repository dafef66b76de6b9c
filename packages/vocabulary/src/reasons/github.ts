import { reasonsOf } from './reason.ts'

export const githubReasons = reasonsOf({
  'github/failed': {
    cause: "GitHub's API could not be reached, or answered in a way that nothing can be made of.",
    remedy: 'Try again later. Nothing that GitHub did not say is ever assumed.',
  },
})
