import {runSweep} from './app.ts'

void runSweep()
