/** The one bundle that main, post, promote and sweep share. */
export {runMain} from './run-main.ts'
export {runPost} from './run-post.ts'
export {runPromote} from './run-promote.ts'
export {runSweep} from './run-sweep.ts'
