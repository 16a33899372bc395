/** What speaks with AWS: loaded only when the inputs are good, because it is most of the action. */
export {bakeAndReport} from './report-bake.ts'
export {cleanUpAndReport} from './report-clean-up.ts'
export {promoteAndReport} from './report-promotion.ts'
export {sweepAndReport} from './report-sweep.ts'
