import { Problem, notFound } from './answer.ts'
import { isUuid } from './input-fields.ts'
import { type Route, routes } from './routes.ts'

/** The route that a request asks for. */
export interface RouteMatch {
  readonly route: Route
  readonly id: string
}

/**
 * Finds the route for a path as it came, undecoded: nothing the service hands out needs decoding, and
 * a path that two parsers read differently is a way around a guard.
 *
 * @throws Problem 404 for an unknown path, 405 with `Allow` for a method the path does not have.
 */
export function matchRoute(method: string, path: string): RouteMatch {
  const parts = path.split('/')
  const id = parts.length === 3 && isUuid(parts[2] ?? '') ? (parts[2] ?? '') : ''
  const shape = id === '' ? path : `/${parts[1]}/:id`
  const candidates = routes.filter((route) => route.path === shape)
  if (candidates.length === 0) throw notFound()
  const route = candidates.find((candidate) => candidate.method === method)
  if (route) return { route, id }
  const allow = candidates.map((candidate) => candidate.method).join(', ')
  throw new Problem(405, 'method_not_allowed', { allow })
}
