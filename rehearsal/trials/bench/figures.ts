import type {Figure} from './figure.ts'
import {bake} from './figures/bake.ts'
import {byHand} from './figures/by-hand.ts'
import {cleanup} from './figures/cleanup.ts'
import {login} from './figures/login.ts'
import {output} from './figures/output.ts'
import {post} from './figures/post.ts'
import {ready} from './figures/ready.ts'
import {rehearsal} from './figures/rehearse.ts'
import {rejected} from './figures/rejected.ts'
import {retire} from './figures/retire.ts'
import {size} from './figures/size.ts'
import {start} from './figures/start.ts'
import {sweep} from './figures/sweep.ts'
import {calls, verified} from './figures/verified.ts'

/** All of them, in the order in which they are measured. */
export const figures: readonly Figure[] = [
  start,
  size,
  post,
  login,
  bake,
  verified,
  calls,
  byHand,
  ready,
  cleanup,
  output,
  sweep,
  retire,
  rejected,
  rehearsal
]
