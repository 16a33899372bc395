import {runMain} from './app.ts'

void runMain()
