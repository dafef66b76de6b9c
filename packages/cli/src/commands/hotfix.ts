import { type Register, exampleText } from '../host.ts'
import { registerHotfixApprove, registerReopen } from './hotfix-approve.ts'
import { registerBranch, registerDeclare, registerMove } from './hotfix-declare.ts'
import { registerAcknowledge, registerPage } from './hotfix-people.ts'
import { registerClose, registerOpen, registerPostMortem, registerRepay } from './hotfix-repay.ts'
import { registerDrill } from './hotfix-drill.ts'
import { registerHotfixShip } from './hotfix-ship.ts'
import { registerCollect } from './hotfix-collect.ts'
import { registerStatus, registerTimeline } from './hotfix-status.ts'

export const registerHotfix: Register = (program, host) => {
  const hotfix = program
    .command('hotfix')
    .description('a security fix overtakes everything else: declare, approve, ship, repay')
    .addHelpText('after', exampleText('hotfix status'))
  registerBranch(hotfix, host)
  registerDeclare(hotfix, host)
  registerMove(hotfix, host)
  registerPage(hotfix, host)
  registerAcknowledge(hotfix, host)
  registerHotfixApprove(hotfix, host)
  registerCollect(hotfix, host)
  registerHotfixShip(hotfix, host)
  registerStatus(hotfix, host)
  registerTimeline(hotfix, host)
  registerOpen(hotfix, host)
  registerRepay(hotfix, host)
  registerPostMortem(hotfix, host)
  registerReopen(hotfix, host)
  registerClose(hotfix, host)
  registerDrill(hotfix, host)
}
