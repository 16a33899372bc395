import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Configuration as Code, where its plugin is installed: CASC_JENKINS_CONFIG is read and checked, and nothing is
 * configured by it but who must sign in (configuration-as-code-plugin, ConfigurationAsCode.java).
 */
class Casc {
    private static final String CODE = "PluginClassLoader for configuration-as-code//io.jenkins.plugins.casc.ConfigurationAsCode.";
    private static final String CONFIGURE = CODE + "configure(ConfigurationAsCode.java:402)\n" + CODE + "init(ConfigurationAsCode.java:390)\n"
        + Reactor.INITIALIZED;
    private static final String CHECK = CODE + "invokeWith(ConfigurationAsCode.java:874)\n" + CODE + "checkWith(ConfigurationAsCode.java:916)\n"
        + CODE + "configureWith(ConfigurationAsCode.java:902)\n" + CODE + "configureWith(ConfigurationAsCode.java:776)\n" + CONFIGURE;
    static final String INITIALIZER = CODE + "init(ConfigurationAsCode.java:392)";

    private static final Set<String> KNOWN = Set.of("jenkins", "security", "unclassified", "tool", "credentials", "jobs",
        "groovy", "appearance", "globalCredentialsConfiguration", "configuration-as-code", "removed");

    private final Path home;
    private boolean hasRealm, isSecured;

    Casc(Path home) {
        this.home = home;
    }

    void configure() throws JenkinsException {
        List<String> unknown = new ArrayList<>(Failure.BROKEN_JCASC.isWanted() ? List.of("jenkinz") : List.of());
        for (String source : sources(home)) {
            for (Path file : filesOf(source)) {
                String text = read(file);
                unknown.addAll(rootKeys(file, text).stream().filter(key -> !KNOWN.contains(key) && !key.startsWith("x-")).toList());
                hasRealm |= text.lines().anyMatch(line -> line.matches("\\s+securityRealm:.*"));
                isSecured |= text.lines().anyMatch(line -> line.matches("\\s+authorizationStrategy:(?!\\s*\"?unsecured).*"));
            }
        }
        if (!unknown.isEmpty()) throw unknownRoots(unknown);
    }

    boolean hasRealm() {
        return hasRealm;
    }

    /** A realm alone lets nobody be kept out: without an authorization strategy everybody may do everything. */
    boolean isSecured() {
        return isSecured;
    }

    private static List<String> sources(Path home) {
        String given = System.getProperty("casc.jenkins.config", System.getenv("CASC_JENKINS_CONFIG"));
        if (given == null) {
            Path standard = home.resolve("jenkins.yaml");
            return Files.exists(standard) ? List.of(standard.toString()) : List.of();
        }
        return Stream.of(given.split(",")).map(String::trim).filter(source -> !source.isEmpty()).toList();
    }

    private static List<Path> filesOf(String source) throws Refused {
        Path root = Path.of(source);
        if (!Files.exists(root)) throw refused("Invalid configuration: '" + source + "' isn't a valid path.", null);
        if (Files.isRegularFile(root)) return List.of(root);
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> Files.isRegularFile(file) && file.toString().matches("(?i).*\\.ya?ml")
                && !root.relativize(file).toString().matches("(.*/)?\\..*")).sorted().collect(Collectors.toList());
        } catch (IOException e) {
            throw new IllegalStateException("failed config scan for " + source, e);
        }
    }

    private static String read(Path file) throws Refused {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw refused("Failed to read YamlSource: " + file, e);
        }
    }

    private static List<String> rootKeys(Path file, String text) throws JenkinsException {
        try {
            return Yaml.rootKeysOf(text);
        } catch (IllegalArgumentException e) {
            // SnakeYAML's exception is no ConfiguratorException, and so it ends the start like any other.
            throw Stack.at(new JenkinsException("org.yaml.snakeyaml.scanner.ScannerException", "in " + file + ": " + e.getMessage(), null), CONFIGURE);
        }
    }

    private static Refused unknownRoots(List<String> keys) {
        return new Refused(Stack.at(new JenkinsException("io.jenkins.plugins.casc.UnknownConfiguratorException",
            "No configurator found for the following root " + (keys.size() > 1 ? "elements" : "element") + ": " + String.join(", ", keys)
                + ". This may indicate that the required plugin is not installed or failed to load. "
                + "Verify that the plugin is installed and check the Jenkins startup logs for plugin loading errors.", null), CHECK));
    }

    private static Refused refused(String message, Throwable cause) {
        if (cause != null) Stack.at(cause, CONFIGURE);
        return new Refused(Stack.at(new JenkinsException("io.jenkins.plugins.casc.ConfiguratorException", message, cause), CONFIGURE));
    }

    /** It has a page of its own. */
    static class Refused extends JenkinsException {
        private static final long serialVersionUID = 1;

        Refused(JenkinsException reason) {
            super("io.jenkins.plugins.casc.ConfigurationAsCodeBootFailure", null, reason);
        }
    }
}
