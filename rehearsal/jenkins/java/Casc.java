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
 * configured by it but whether there is a security realm (configuration-as-code-plugin, ConfigurationAsCode.java).
 */
class Casc {
    private static final Set<String> KNOWN = Set.of("jenkins", "security", "unclassified", "tool", "credentials", "jobs",
        "groovy", "appearance", "globalCredentialsConfiguration", "configuration-as-code", "removed");

    /** @return whether a security realm is configured */
    static boolean configure(Path home) throws JenkinsException {
        boolean realm = false;
        List<String> unknown = new ArrayList<>(Failure.BROKEN_JCASC.isWanted() ? List.of("jenkinz") : List.of());
        for (String source : sources(home)) {
            for (Path file : filesOf(source)) {
                String text = read(file);
                unknown.addAll(rootKeys(file, text).stream().filter(key -> !KNOWN.contains(key) && !key.startsWith("x-")).toList());
                realm |= text.lines().anyMatch(line -> line.matches("\\s+securityRealm:.*"));
            }
        }
        if (!unknown.isEmpty()) throw unknownRoots(unknown);
        return realm;
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
            throw new JenkinsException("org.yaml.snakeyaml.scanner.ScannerException", "in " + file + ": " + e.getMessage(), null);
        }
    }

    private static Refused unknownRoots(List<String> keys) {
        return refused("No configurator found for the following root " + (keys.size() > 1 ? "elements" : "element") + ": "
            + String.join(", ", keys) + ". This may indicate that the required plugin is not installed or failed to load. "
            + "Verify that the plugin is installed and check the Jenkins startup logs for plugin loading errors.", null);
    }

    private static Refused refused(String message, Throwable cause) {
        return new Refused(new JenkinsException("io.jenkins.plugins.casc.ConfiguratorException", message, cause));
    }

    /** It has a page of its own. */
    static class Refused extends JenkinsException {
        private static final long serialVersionUID = 1;

        Refused(JenkinsException reason) {
            super("io.jenkins.plugins.casc.ConfigurationAsCodeBootFailure", null, reason);
        }
    }
}
