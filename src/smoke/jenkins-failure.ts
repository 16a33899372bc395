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
    id: 'jenkins-threads',
    title: 'Jenkins does not start: threads',
    pattern: /unable to create (?:new )?native thread/,
    cause: 'Jenkins does not start, because it may not have another thread.',
    change:
      "Raise TasksMax or LimitNPROC where 'setup-script' limits the unit jenkins.service, or give types with more memory in 'instance-types'. A higher -Xmx makes it worse."
  },
  {
    id: 'jenkins-memory',
    title: 'Jenkins does not start: memory',
    pattern:
      /OutOfMemoryError|killed by the OOM killer|insufficient memory for the Java|Could not reserve enough space/,
    cause: 'Jenkins does not start, because it does not have enough memory.',
    change:
      "Give types with at least 4 GB in 'instance-types', or raise -Xmx (for 'Metaspace': -XX:MaxMetaspaceSize) where JAVA_OPTS sets it."
  },
  {
    id: 'jenkins-java-version',
    title: 'Jenkins does not start: the wrong Java',
    pattern: /^Running with Java \d+ from |UnsupportedClassVersionError|LinkageError occurred while loading main class/,
    cause: 'Jenkins does not start with this version of Java.',
    change:
      "Set 'java-version' to one that this Jenkins takes, and let nothing in the image put another Java in front of it."
  },
  {
    id: 'jenkins-war',
    title: 'Jenkins does not start: its war',
    pattern:
      /Unable to access jarfile|Invalid or corrupt jarfile|no main manifest attribute|main class executable\.Main\b/,
    cause:
      "Jenkins does not start, because Java cannot read Jenkins's war: it is missing, incomplete, or not readable.",
    change:
      'Leave the war where the package puts it (/usr/share/java/jenkins.war), or correct JENKINS_WAR; let the user jenkins read it and its folders, and the disk have room for it.'
  },
  {
    id: 'jenkins-java-options',
    title: 'Jenkins does not start: an option of Java',
    pattern:
      /Unrecognized (VM )?option|Improperly specified VM option|during initialization of VM|^Error: |\bJDWP\b|^ERROR: transport error|^(Missing|Invalid|Unsupported|Conflicting) /,
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
    id: 'jenkins-low-port',
    title: 'Jenkins does not start: a port below 1024',
    pattern: /(?:Socket|Bind)Exception: Permission denied/,
    cause: 'Jenkins does not start, because the user jenkins may not listen on a port below 1024.',
    change:
      'Leave Jenkins on port 8080, and put a proxy or a load balancer in front of it. If it must have that port: AmbientCapabilities=CAP_NET_BIND_SERVICE in /etc/systemd/system/jenkins.service.d.'
  },
  {
    id: 'jenkins-listen-address',
    title: 'Jenkins does not start: its address',
    pattern: /BindException: Cannot assign requested address/,
    cause: 'Jenkins does not start, because the address that it is told to listen on is not one of the machine.',
    change:
      'Take JENKINS_LISTEN_ADDRESS (--httpListenAddress) out: another machine made from this image has another address.'
  },
  {
    id: 'jenkins-port-taken',
    title: 'Jenkins does not start: its port is taken',
    pattern: /Address already in use|Failed to bind to/,
    cause:
      'Jenkins does not start, because another program of the machine listens on its port: 8080, or what JENKINS_PORT or JENKINS_HTTPS_PORT says.',
    change: "Let the source image and 'setup-script' start nothing on port 8080."
  },
  {
    id: 'jenkins-unit',
    title: 'Jenkins does not start: its unit',
    pattern: /\.service: (Failed (to|at) (?!step CHDIR)|Unable to locate|Executable )/,
    cause: 'systemd cannot start the unit jenkins.service as it is.',
    change: "Correct what 'setup-script' or 'smoke-user-data' changes in /etc/systemd/system/jenkins.service.d."
  },
  {
    id: 'jenkins-home',
    title: 'Jenkins does not start: its folders and files',
    pattern:
      /is not a directory|Failed at step CHDIR |AccessDeniedException|Permission denied|NoHomeDir|NoTempDir|temporary file in/,
    cause: 'Jenkins does not start, because it cannot use one of its folders or files.',
    change:
      'Let the user jenkins own JENKINS_HOME and what is below it, and read other files that the message names; leave JENKINS_HOME and java.io.tmpdir on folders that exist.'
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
      "Correct or remove that file: it was written into JENKINS_HOME with a mistake, or for another version of Jenkins. If it names a class that is not known, add the plugin that has it to 'jenkins-plugins'."
  },
  {
    id: 'jenkins-too-slow',
    title: 'Jenkins does not start in time',
    pattern: /\.service: .*timed out/,
    cause: 'systemd ended Jenkins, because it was not ready in time.',
    change: "Give a faster type in 'instance-types'; if it waits for something, its journal says for what."
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
