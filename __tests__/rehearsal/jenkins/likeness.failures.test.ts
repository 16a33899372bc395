import {expect, it} from '@jest/globals'
import {once} from 'node:events'
import {mkdtemp, readdir, writeFile} from 'node:fs/promises'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {benchOf, patience, up} from './likeness/bench.ts'
import {entriesOf, exceptionsOf, messagesOf} from './likeness/log.ts'
import {installFailingPlugin, unloadable, type PluginFailure} from './likeness/plugins.ts'
import {ofEachProgram} from './likeness/subjects.ts'

/** A configuration of fontconfig with no folder of fonts. */
const noFonts = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>'

ofEachProgram((subject) => {
  const bench = benchOf(subject)

  it(
    'ends with 1 at once where AWT has no fonts, and names another reason last',
    async () => {
      const fonts = join(bench().folder, 'fonts.conf')
      await writeFile(fonts, noFonts)
      const {ending, lines, told, home} = await bench().failed({env: {FONTCONFIG_FILE: fonts}})
      expect(ending).toEqual({status: 1, by: null})
      expect(told).toEqual([])
      expect(exceptionsOf(lines, 'Failed to initialize Jenkins')).toEqual([
        'java.lang.RuntimeException: Fontconfig head is null, check your fonts or fonts configuration',
        'Caused: hudson.util.AWTProblem'
      ])
      expect(exceptionsOf(lines, 'Container startup failed')).toEqual([
        'java.lang.IllegalStateException: Jenkins.instance is missing. Read the documentation of Jenkins.getInstanceOrNull to see what you are doing wrong.',
        'Caused: java.io.IOException: Failed to start Jetty'
      ])
      expect(lines.length).toBeGreaterThan(180)
      expect(await readdir(home)).toEqual(['failed-boot-attempts.txt'])
    },
    patience
  )

  it(
    'ends with 1 where its port is taken',
    async () => {
      const taker = createServer().listen(0, '127.0.0.1')
      await once(taker, 'listening')
      const {port} = taker.address() as AddressInfo
      const {ending, lines} = await bench().failed({port})
      taker.close()
      expect(ending).toEqual({status: 1, by: null})
      expect(exceptionsOf(lines, 'Container startup failed')).toEqual([
        'java.net.BindException: Address already in use',
        `Caused: java.io.IOException: Failed to bind to /127.0.0.1:${port}`,
        'Caused: java.io.IOException: Failed to start Jetty'
      ])
    },
    patience
  )

  it(
    'ends with 5 for a configuration that is no XML, after hundreds of lines, the root cause first',
    async () => {
      const {ending, lines, told} = await bench().failed({
        home: await bench().homeWith({'config.xml': '<hudson><oops'})
      })
      expect(ending).toEqual({status: 5, by: null})
      const causes = exceptionsOf(lines, 'Failed Loading global config').filter((line) => !line.startsWith('[LF]'))
      expect(causes).toEqual([
        'javax.xml.stream.XMLStreamException: ParseError at [row,col]:[1,14]',
        'Caused: com.thoughtworks.xstream.io.StreamException: ',
        'Caused: com.thoughtworks.xstream.converters.ConversionException: ',
        expect.stringMatching(/^Caused: java\.io\.IOException: Unable to read .*\/config\.xml$/)
      ])
      const all = exceptionsOf(lines, 'Failed to initialize Jenkins').filter((line) => !line.startsWith('[LF]'))
      expect(all).toEqual([
        ...causes,
        'Caused: org.jvnet.hudson.reactor.ReactorException',
        'Caused: hudson.util.HudsonFailedToLoad'
      ])
      expect(lines.length).toBeGreaterThan(200)
      expect(told.slice(-2)).toEqual(['STATUS=Stopping Jenkins', 'STATUS=Jenkins stopped'])
      // The last stack in its log is of no failure.
      expect(entriesOf(lines).findLast(({rest}) => rest.length > 0)?.rest[0]).toBe('java.lang.Throwable: reason')
    },
    patience
  )

  it(
    'says that there is too little memory, with a heap of 28 MB',
    async () => {
      const jenkins = await bench().start({javaOptions: ['-Xmx28m']})
      await jenkins.until('BootFailure#publish')
      await jenkins.until('java.lang.OutOfMemoryError: Java heap space')
      // The real one may come to no end of its own.
      jenkins.kill()
      await jenkins.ended
    },
    patience
  )

  it(
    'leaves out plugins that it cannot load, says why, and starts',
    async () => {
      const files = Object.entries(unloadable).map(([name, content]) => [`plugins/${name}`, content])
      const jenkins = await bench().start({home: await bench().homeWith(Object.fromEntries(files))})
      await jenkins.until(up)
      const plugins = join(jenkins.home, 'plugins')
      const failures = entriesOf(jenkins.lines).filter(
        ({source}) => source === 'jenkins.InitReactorRunner$1#onTaskFailed'
      )
      const said = failures.map(({message, rest}) => [
        message.replace(plugins, ''),
        ...rest
          .filter((line) => /^(Caused: )?java\.io|^\[LF\]>  - /.test(line))
          .map((line) => line.replaceAll(plugins, ''))
      ])
      expect(said.toSorted(([a = ''], [b = '']) => a.localeCompare(b))).toEqual([
        ['Failed Inspecting plugin /empty.jpi', 'Caused: java.io.IOException: Failed to expand /empty.jpi'],
        ['Failed Inspecting plugin /garbage.jpi', 'Caused: java.io.IOException: Failed to expand /garbage.jpi'],
        [
          'Failed Inspecting plugin /nomanifest.jpi',
          'java.io.IOException: Plugin installation failed. No manifest at /nomanifest/META-INF/MANIFEST.MF'
        ],
        [
          'Failed Loading plugin future plugin v1.0 (future)',
          'java.io.IOException: Failed to load: future plugin (future 1.0)',
          '[LF]>  - Jenkins (9.999) or higher required'
        ],
        [
          'Failed Loading plugin needier plugin v2.1 (needier)',
          'java.io.IOException: Failed to load: needier plugin (needier 2.1)',
          '[LF]>  - Failed to load: needy plugin (needy 2.0)'
        ],
        [
          'Failed Loading plugin needy plugin v2.0 (needy)',
          'java.io.IOException: Failed to load: needy plugin (needy 2.0)',
          '[LF]>  - Plugin is missing: absent (3.0)'
        ],
        [
          'Failed Loading plugin older plugin v1.0 (older)',
          'java.io.IOException: Failed to load: older plugin (older 1.0)',
          '[LF]>  - Update required: plain plugin (plain 1.0) to be updated to 1.5 or higher'
        ]
      ])
    },
    patience
  )

  /** Starts it with a plugin that fails: the stand-in is told to have one. */
  const startWith = async (failure: PluginFailure) => {
    const home = await bench().homeWith({})
    if (subject.isStandIn) return bench().start({home, javaOptions: [`-Dstand-in.failure=${failure}`]})
    await installFailingPlugin(bench().prepared, failure, {
      scratch: await mkdtemp(join(bench().folder, 'plugin-')),
      home
    })
    return bench().start({home})
  }

  it(
    'ends with 5 when an initializer of a plugin throws',
    async () => {
      const jenkins = await startWith('broken-plugin')
      expect(await jenkins.ended).toEqual({status: 5, by: null})
      const causes = [
        'java.lang.IllegalStateException: the licence is missing',
        'Caused: java.lang.reflect.InvocationTargetException',
        'Caused: java.lang.Error'
      ]
      expect(exceptionsOf(jenkins.lines, 'Failed StandInPlugin.start')).toEqual(causes)
      expect(exceptionsOf(jenkins.lines, 'Failed to initialize Jenkins')).toEqual([
        ...causes,
        'Caused: org.jvnet.hudson.reactor.ReactorException',
        'Caused: hudson.util.HudsonFailedToLoad'
      ])
      expect(jenkins.lines.length).toBeGreaterThan(110)
    },
    patience
  )

  it(
    'starts when an initializer misses a class, and says so',
    async () => {
      const jenkins = await startWith('plugin-linkage')
      await jenkins.until(up)
      const message = 'StandInPlugin.start failed perhaps due to plugin dependency issues'
      expect(messagesOf(jenkins.lines, 'jenkins.model.Jenkins$5#runTask')).toEqual([`WARNING ${message}`])
      expect(exceptionsOf(jenkins.lines, message)).toEqual([
        'java.lang.NoClassDefFoundError: io/jenkins/plugins/standin/Missing',
        'Caused: java.lang.reflect.InvocationTargetException',
        'Caused: java.lang.Error'
      ])
    },
    patience
  )

  it(
    'starts without an extension that cannot be made, and says so',
    async () => {
      const jenkins = await startWith('plugin-extension')
      await jenkins.until(up)
      const message =
        'Failed to instantiate Key[type=io.jenkins.plugins.standin.StandInListener, annotation=[none]]; skipping this component'
      expect(messagesOf(jenkins.lines, 'h.ExtensionFinder$GuiceFinder$FaultTolerantScope$1#error')).toEqual([
        `WARNING ${message}`
      ])
      const exceptions = exceptionsOf(jenkins.lines, message).filter((line) => !line.startsWith('[LF]'))
      expect(exceptions).toEqual([
        'java.lang.IllegalStateException: the licence is missing',
        'Caused: com.google.inject.ProvisionException: Unable to provision, see the following errors:'
      ])
    },
    patience
  )
})
