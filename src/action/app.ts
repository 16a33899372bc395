/** What main, post, promote and sweep share: it reads the inputs, and loads the rest when they are good. */
export {runMain} from './run-main.ts'
export {runPost} from './run-post.ts'
export {runPromote} from './run-promote.ts'
export {runSweep} from './run-sweep.ts'
