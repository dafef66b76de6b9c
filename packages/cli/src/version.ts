/** Version of the command line; the release script replaces it together with package.json. */
export const VERSION = '0.0.0'
