import {mkdir, readdir, writeFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {run} from '../../../../rehearsal/host/run.ts'
import {zipOf} from '../../../../rehearsal/host/zip.ts'
import type {Prepared} from './subjects.ts'

/** Archives for a plugins folder: some that Jenkins cannot load, each in a way of its own, by file name. */
export const unloadable: Readonly<Record<string, Buffer>> = {
  'garbage.jpi': Buffer.from('this is no archive'),
  'empty.jpi': Buffer.alloc(0),
  'nomanifest.jpi': zipOf([{name: 'hello.txt', content: 'hello'}]),
  'plain.jpi': bare('plain', '1.0', '2.504.3'),
  'needy.jpi': bare('needy', '2.0', '2.504.3', 'absent:3.0'),
  'needier.jpi': bare('needier', '2.1', '2.504.3', 'needy:1.0'),
  'older.jpi': bare('older', '1.0', '2.504.3', 'plain:1.5'),
  'future.jpi': bare('future', '1.0', '9.999')
}

function bare(name: string, version: string, core: string, needs?: string): Buffer {
  return zipOf([{name: 'META-INF/MANIFEST.MF', content: manifest(name, version, core, needs)}])
}

function manifest(name: string, version: string, core: string, needs?: string): string {
  const lines = [
    'Manifest-Version: 1.0',
    `Short-Name: ${name}`,
    `Long-Name: ${name} plugin`,
    `Plugin-Version: ${version}`,
    `Jenkins-Version: ${core}`,
    ...(needs === undefined ? [] : [`Plugin-Dependencies: ${needs}`])
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}

/** What the stand-in claims to have when it is told to fail by a plugin. */
const sources = {
  'broken-plugin': initializer('throw new IllegalStateException("the licence is missing");'),
  'plugin-linkage': initializer('throw new NoClassDefFoundError("io/jenkins/plugins/standin/Missing");'),
  'plugin-extension': `package io.jenkins.plugins.standin;
@hudson.Extension
public class StandInListener extends hudson.model.listeners.ItemListener {
  public StandInListener() { throw new IllegalStateException("the licence is missing"); }
}
`
} as const

export type PluginFailure = keyof typeof sources

function initializer(statement: string): string {
  return `package io.jenkins.plugins.standin;
import hudson.init.*;
public class StandInPlugin {
  @Initializer(after = InitMilestone.PLUGINS_PREPARED, before = InitMilestone.PLUGINS_STARTED)
  public static void start() { ${statement} }
}
`
}

/**
 * Compiles a plugin that fails for the real Jenkins, against its own libraries, as plugins/stand-in.jpi of a JENKINS_HOME.
 * @throws Error when the Java that it runs on has no compiler
 */
export async function installFailingPlugin(
  {java, program}: Prepared,
  failure: PluginFailure,
  {scratch, home}: {readonly scratch: string; readonly home: string}
): Promise<void> {
  const tool = (name: string) => (java.includes('/') ? join(dirname(java), name) : name)
  const [libraries, classes] = [join(scratch, 'libraries'), join(scratch, 'plugin')]
  await Promise.all(
    [libraries, join(classes, 'WEB-INF/classes'), join(home, 'plugins')].map((path) => mkdir(path, {recursive: true}))
  )
  const war = program.at(-1) ?? ''
  await run(tool('jar'), ['--extract', '--file', war, 'WEB-INF/lib'], {cwd: libraries})
  const name = /class (\w+)/.exec(sources[failure])?.[1] ?? ''
  await writeFile(join(scratch, `${name}.java`), sources[failure])
  const jars = join(libraries, 'WEB-INF/lib')
  if ((await readdir(jars)).length === 0) throw new Error(`${basename(war)} has no libraries`)
  await run(tool('javac'), [
    // The processors of Jenkins's libraries write the indexes in which it looks for annotations.
    '-proc:full',
    '-nowarn',
    '-classpath',
    join(jars, '*'),
    '-d',
    join(classes, 'WEB-INF/classes'),
    join(scratch, `${name}.java`)
  ])
  await writeFile(join(scratch, 'MANIFEST.MF'), manifest('stand-in', '1.0', '2.504.3'))
  const target = join(home, 'plugins/stand-in.jpi')
  await run(tool('jar'), ['--create', '--file', target, '--manifest', join(scratch, 'MANIFEST.MF'), '-C', classes, '.'])
}
