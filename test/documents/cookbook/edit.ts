import {
  OnBranch,
  OnRequest,
  OnResponse,
  Routes,
  type BranchContext,
  type Handled,
  type RequestContext,
  type ResponseContext,
} from '@sipwright/framework'

@Routes()
export class Marked {
  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay({ uri: 'sip:10.0.1.10', role: 'next-hop' })
  }

  @OnBranch('INVITE')
  mark({ request, source }: BranchContext): void {
    request.headers.set('X-Came-From', `${source.address} ${source.transport}`)
  }

  @OnResponse('INVITE')
  name({ response }: ResponseContext): void {
    response.headers.set('Server', 'edge')
  }
}
