import {alreadySwept, savedState} from '../ledger/state.ts'

try {
  const state = savedState(process.env)
  if (!state) {
    console.log('Nothing was made, so there is nothing to remove.')
  } else if (alreadySwept(process.env)) {
    console.log('The bake cleaned up at its end: there is nothing to remove.')
  } else {
    // Loads the bundle only when there is something to do: all post steps of a cancelled job share one short time.
    void import('./app.ts').then(({runPost}) => runPost(state))
  }
} catch (error) {
  // The state is damaged. The message is the action's own and one line long.
  console.log(`::error::${(error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ')}`)
  process.exitCode = 1
}
