import {alreadySwept, savedState} from './cleanup/state.ts'

// Nothing heavy is loaded before it is known that there is something to do: all post steps of a cancelled job share
// one short time.
const state = savedState(process.env)
if (!state) {
  console.log('Nothing was made, so there is nothing to remove.')
} else if (alreadySwept(process.env)) {
  console.log('The bake cleaned up at its end: there is nothing to remove.')
} else {
  void import('./app.ts').then(({runPost}) => runPost(state))
}
