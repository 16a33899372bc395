/** The one bundle that main, post and sweep share. */
export {runMain} from './run-main.ts'
export {runPost} from './run-post.ts'
export {runSweep} from './run-sweep.ts'
