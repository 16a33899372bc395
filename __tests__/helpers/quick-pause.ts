import {pauseFor, type Pause} from '../../src/lib/wait.ts'

/** Pauses a fiftieth of the time: what is waited for in a local cloud is there at once. */
export const quickPause: Pause = (ms, signal) => pauseFor(ms / 50, signal)
