/** Said loudly wherever something passes only because the trusted policy observes (DESIGN §11). */
export const OBSERVING = 'MODE observe: the findings below would block, and do not'
