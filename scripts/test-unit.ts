// `npm run test:unit`: what mirrors the source, with no set-up and no machine. With --watch, again at each change.
import {stopSignal} from '../rehearsal/host/stop-signal.ts'
import {runJest} from './run-jest.ts'

const folders = ['unit', 'docs', 'mutants'].map((name) => `__tests__/${name}/`)
// The action's log goes to stdout, where nobody looks for it here.
process.exitCode = await runJest([...folders, '--maxWorkers=2', ...process.argv.slice(2)], process.env, stopSignal())
