// `npm run test:unit`: the tests that mirror the source and need no set-up, no machine and no local cloud; or those that are named.
// With --watch, again at each change.
import {stopSignal} from '../rehearsal/host/stop-signal.ts'
import {runJest} from './run-jest.ts'

const args = process.argv.slice(2)
const named = args.some((arg) => !arg.startsWith('-'))
const folders = ['unit', 'docs', 'mutants'].map((name) => `__tests__/${name}/`)
// The list is the last option, because jest takes all that follows for a part of it.
const chosen = named ? [] : [...folders, '--testPathIgnorePatterns=\\.cloud\\.test\\.ts$']
// The action's log goes to stdout, where nobody looks for it here.
process.exitCode = await runJest(['--maxWorkers=2', ...args, ...chosen], process.env, stopSignal())
