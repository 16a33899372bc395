import type {Advice} from '../lib/advice.ts'

/**
 * A known reason why Jenkins does not start, recognised by the cause that templates/jenkins/files/jenkins-log.sh
 * prints.
 */
export interface JenkinsFailure extends Advice {
  readonly pattern: RegExp
}

/** The first that fits counts. Patterns are tried on one line of at most a few hundred characters. */
export const jenkinsFailures: readonly JenkinsFailure[] = [
  {
    id: 'jenkins-disk-full',
    title: 'Jenkins does not start: the disk is full',
    pattern: /No space left on device|Disk quota exceeded/,
    cause: 'Jenkins does not start, because a disk of its machine is full.',
    change: "Give the root volume more space with 'volume-size', or remove what fills it."
  },
  {
    id: 'jenkins-memory',
    title: 'Jenkins does not start: memory',
    pattern:
      /OutOfMemoryError|killed by the OOM killer|insufficient memory for the Java|Could not reserve enough space/,
    cause: 'Jenkins does not start, because it does not have enough memory.',
    change: "Give types with at least 4 GB in 'instance-types', or raise -Xmx where JAVA_OPTS sets it."
  },
  {
    id: 'jenkins-java-version',
    title: 'Jenkins does not start: the wrong Java',
    pattern: /^Running with Java \d+ from |UnsupportedClassVersionError/,
    cause: 'Jenkins does not start with this version of Java.',
    change:
      "Set 'java-version' to one that this Jenkins takes, and let nothing in the image put another Java in front of it."
  },
  {
    id: 'jenkins-java-options',
    title: 'Jenkins does not start: an option of Java',
    pattern:
      /Unrecognized (VM )?option|Improperly specified VM option|during initialization of VM|^Error: |^(Missing|Invalid|Unsupported|Conflicting) /,
    cause: 'Jenkins does not start, because Java refuses one of its options.',
    change: "Correct the Java options that 'setup-script' or 'smoke-user-data' sets (JAVA_OPTS, JENKINS_OPTS)."
  },
  {
    id: 'jenkins-java-library',
    title: 'Jenkins does not start: Java lacks a library',
    pattern:
      /UnsatisfiedLinkError|AWTProblem|cannot open shared object file|Could not initialize class (java|sun)\.awt/,
    cause: 'Jenkins does not start, because Java cannot load a library that it needs.',
    change: "Install the package that has the library, for example in 'setup-script', and let nothing remove it."
  },
  {
    id: 'jenkins-port-taken',
    title: 'Jenkins does not start: its port is taken',
    pattern: /Address already in use|Failed to bind to/,
    cause: 'Jenkins does not start, because another program of the machine listens on port 8080.',
    change: "Let the source image and 'setup-script' start nothing on port 8080."
  },
  {
    id: 'jenkins-casc-refused',
    title: 'Jenkins does not start: Configuration as Code',
    pattern: /\bcasc\b|ConfiguratorException|org\.yaml\.snakeyaml|ConfigurationAsCode/,
    cause: 'Jenkins does not start, because Configuration as Code refuses its files.',
    change:
      "Correct the file of 'jenkins-casc' that the message is about; what it configures needs its plugin in 'jenkins-plugins'."
  },
  {
    id: 'jenkins-configuration',
    title: 'Jenkins does not start: a file of its configuration',
    pattern:
      /Unable to read \S+|config\.xml|XMLStreamException|ConversionException|XmlPullParserException|CannotResolveClassException/,
    cause: 'Jenkins does not start, because it cannot read a file of its configuration.',
    change:
      'Correct or remove that file: it was written into JENKINS_HOME with a mistake, or for another version of Jenkins.'
  },
  {
    id: 'jenkins-home',
    title: 'Jenkins does not start: its folders',
    pattern: /is not a directory|AccessDeniedException|Permission denied|NoHomeDir|NoTempDir|temporary file in/,
    cause: 'Jenkins does not start, because it cannot use one of its folders.',
    change:
      'Let the user jenkins own JENKINS_HOME and what is below it, and leave JENKINS_HOME and java.io.tmpdir on folders that exist.'
  },
  {
    id: 'jenkins-too-slow',
    title: 'Jenkins does not start in time',
    pattern: /\.service: .*timed out/,
    cause: 'systemd ended Jenkins, because it was not ready in time.',
    change: "Give a faster type in 'instance-types'; if it waits for something, its journal says for what."
  },
  {
    id: 'jenkins-unit',
    title: 'Jenkins does not start: its unit',
    pattern: /\.service: (Failed (to|at) |Unable to locate|Executable )/,
    cause: 'systemd cannot start the unit jenkins.service as it is.',
    change: "Correct what 'setup-script' or 'smoke-user-data' changes in /etc/systemd/system/jenkins.service.d."
  },
  {
    id: 'jenkins-plugin-fails',
    title: 'Jenkins does not start: a plugin',
    pattern: /\(Failed (?!to )|ReactorException|NoClassDefFoundError|NoSuchMethodError|ClassNotFoundException/,
    cause: 'Jenkins does not start, because a plugin fails while it is initialized.',
    change: "Give versions of the plugins that fit this Jenkins and each other in 'jenkins-plugins'."
  }
]

/** The advice for a cause in Jenkins's log; undefined for an unknown one. */
export function jenkinsFailureOf(cause: string): JenkinsFailure | undefined {
  return jenkinsFailures.find(({pattern}) => pattern.test(cause))
}
