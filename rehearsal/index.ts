// What tests and tools outside of the rehearsal begin with; whatever else they need, they import from the file that has it.
export type {Cloud, CloudOptions, Leftover} from './cloud/cloud.ts'
export {parseFault, type Fault} from './cloud/faults/fault.ts'
export {startLocalCloud, type LocalCloud, type LocalCloudOptions} from './trials/local-cloud.ts'
export {rehearse} from './trials/rehearse.ts'
export type {Again, RehearseOptions} from './trials/rehearse-options.ts'
export type {Report} from './trials/report.ts'
