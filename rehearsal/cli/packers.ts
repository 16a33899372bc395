import {Command} from 'commander'
import {messageOf} from '../../src/lib/errors.ts'
import {buildPackers} from '../host/packers/build.ts'
import {run} from '../host/run.ts'
import {stopSignal} from '../host/stop-signal.ts'

new Command('npm run packers')
  .description('Builds the current Packer and its amazon plugin from their Go modules, for the rehearsal and its tests')
  .parse()

const signal = stopSignal()
try {
  await buildPackers({env: process.env, run, progress: (sentence) => console.log(sentence), signal})
} catch (error) {
  console.error(signal.aborted ? 'Stopped; nothing was left half-built.' : messageOf(error))
  process.exitCode = signal.aborted ? 130 : 1
}
