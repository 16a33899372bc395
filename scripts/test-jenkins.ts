import {appendFile} from 'node:fs/promises'
import type {Report} from '../rehearsal/trials/report.ts'

/** Names the file in which scenarios note what their real machines ran as Jenkins; scripts/test.ts sets it. */
export const noteVariable = 'BAKE_JENKINS_AMI_TESTED_JENKINS'

type Noted = Pick<Report, 'driver' | 'jenkins'>

/** Notes what a rehearsal ran as Jenkins, if its machines were real. */
export async function noteJenkins({driver, jenkins}: Noted, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const file = env[noteVariable]
  if (file !== undefined && driver === 'nspawn') await appendFile(file, `${nameOf(jenkins)}\n`)
}

function nameOf({version, standIn, file}: Report['jenkins']): string {
  if (standIn) return `the stand-in for Jenkins ${version}`
  return `Jenkins ${version} from ${file ?? 'a package repository'}`
}

/** One line: which Jenkins the real machines of all scenarios ran, of what was noted, and in how many rehearsals. */
export function jenkinsLine(notes: string): string {
  const names = notes.split('\n').filter(Boolean)
  if (names.length === 0) return 'Real machines: no test rehearsed on any'
  const counted = [...new Set(names)].map((name) => {
    const count = names.filter((other) => other === name).length
    return `${name} (${count} rehearsal${count === 1 ? '' : 's'})`
  })
  return `Real machines ran ${counted.join(', ')}`
}
