import {runPromote} from './app.ts'

void runPromote()
