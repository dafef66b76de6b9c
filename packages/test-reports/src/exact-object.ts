/** Whether a value is an object with these keys, all of them and no other. */
export function hasExactly<Key extends string>(
  value: unknown,
  keys: readonly Key[],
): value is Record<Key, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  return names.length === keys.length && keys.every((key) => names.includes(key))
}
