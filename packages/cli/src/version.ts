/** Version of the command line. Generated from its `package.json`. */
export const VERSION = '0.0.0'
