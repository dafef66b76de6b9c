import type { Answer } from './answer.ts'
import type { Exchange } from './routes.ts'

/** `GET /whoami`: the user and the tenant that the token stands for. */
export async function whoami({ caller }: Exchange): Promise<Answer> {
  return {
    status: 200,
    body: {
      user: { id: caller.userId, name: caller.userName, role: caller.role },
      tenant: { id: caller.tenantId, slug: caller.tenantSlug, name: caller.tenantName },
    },
  }
}
