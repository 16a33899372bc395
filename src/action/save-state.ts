import * as core from '@actions/core'
import {stateKeys, type BakeState} from '../ledger/state.ts'
import {roomAdvice, systemProblem, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'

/** @throws {UserError} when the runner's file for it cannot be written: post could then remove nothing */
export function saveState(state: BakeState): void {
  try {
    core.saveState(stateKeys.bake, state)
  } catch (error) {
    throw new UserError(
      `Nothing was made, because the state for the post step could not be handed to the runner: ${systemProblem(error)}. ${roomAdvice}`,
      {cause: error}
    )
  }
}

/** Lets post know that there is nothing to do. */
export function noteSwept(log: Log): void {
  try {
    core.saveState(stateKeys.swept, true)
  } catch (error) {
    log.info(
      `The post step will look for leftovers again, because it could not be told that there are none: ${systemProblem(error)}`
    )
  }
}

/** Lets post know that main came to its end and has written its summary. */
export function noteEnded(): void {
  try {
    core.saveState(stateKeys.ended, true)
  } catch {
    // Post then says that the run was cut off, after a summary that says how it ended.
  }
}
