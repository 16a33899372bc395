import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The plugins folder. What their manifests say is looked at as Jenkins does; no plugin's code is run. */
class Plugins {
    private static final String STRATEGY = "hudson.ClassicPluginStrategy";
    private static final String INSPECT = """
        hudson.ClassicPluginStrategy.createPluginWrapper(ClassicPluginStrategy.java:165)
        hudson.PluginManager$1$3$1.run(PluginManager.java:480)
        """ + Stack.NAMED_TASK + Stack.REACTOR;
    private static final String EXPAND = """
        org.apache.tools.ant.taskdefs.Expand.execute(Expand.java:157)
        hudson.ClassicPluginStrategy.unzipExceptClasses(ClassicPluginStrategy.java:557)
        hudson.ClassicPluginStrategy.explode(ClassicPluginStrategy.java:481)
        """ + INSPECT;
    private static final String OPEN = """
        org.apache.tools.zip.ZipFile.positionAtEndOfCentralDirectoryRecord(ZipFile.java:789)
        org.apache.tools.zip.ZipFile.positionAtCentralDirectory(ZipFile.java:725)
        org.apache.tools.zip.ZipFile.populateFromCentralDirectory(ZipFile.java:461)
        org.apache.tools.zip.ZipFile.<init>(ZipFile.java:217)
        org.apache.tools.ant.taskdefs.Expand.expandFile(Expand.java:190)
        """ + EXPAND;
    private static final String LOAD = """
        hudson.PluginWrapper.resolvePluginDependencies(PluginWrapper.java:1018)
        hudson.PluginManager$2$1.lambda$run$0(PluginManager.java:588)
        """ + Stack.NAMED_TASK + Stack.REACTOR;

    private record Plugin(String name, String title, String version, String core, String dependencies) {}

    private record Content(byte[] manifest, boolean hasCode) {}

    private final Map<String, Plugin> active = new TreeMap<>();

    /** PluginManager.initTasks: an archive that cannot be read is reported and left out; the start goes on without it. */
    static Plugins inspect(Path folder) throws IOException {
        Plugins plugins = new Plugins();
        for (Path archive : archivesIn(folder)) {
            try {
                Plugin plugin = read(archive);
                plugins.active.put(plugin.name, plugin);
            } catch (IOException e) {
                Reactor.report("Inspecting plugin " + archive, e);
            }
        }
        return plugins;
    }

    /** PluginWrapper.resolvePluginDependencies: a plugin without what it needs is left out, and so are those that need it. */
    void load() {
        boolean changed = true;
        Map<String, String> left = new TreeMap<>();
        while (changed) {
            changed = false;
            for (Plugin plugin : List.copyOf(active.values())) {
                List<String> problems = problemsOf(plugin, left);
                if (problems.isEmpty()) continue;
                active.remove(plugin.name);
                left.put(plugin.name, plugin.title + " (" + plugin.name + " " + plugin.version + ")");
                changed = true;
                Reactor.report("Loading plugin " + plugin.title + " v" + plugin.version + " (" + plugin.name + ")", Stack.at(
                    new IOException("Failed to load: " + left.get(plugin.name) + "\n - " + String.join("\n - ", problems)), LOAD));
            }
        }
    }

    boolean isActive(String name) {
        return active.containsKey(name);
    }

    private List<String> problemsOf(Plugin plugin, Map<String, String> left) {
        List<String> problems = new ArrayList<>();
        if (isOlder(Main.VERSION, plugin.core)) problems.add("Jenkins (" + plugin.core + ") or higher required");
        for (String dependency : plugin.dependencies.split(",")) {
            if (dependency.isEmpty()) continue;
            String[] parts = dependency.split(";")[0].split(":");
            Plugin other = active.get(parts[0]);
            if (other == null && dependency.contains(";resolution:=optional")) continue;
            if (other != null && isOlder(other.version, parts[1])) {
                problems.add("Update required: " + other.title + " (" + other.name + " " + other.version + ") to be updated to " + parts[1] + " or higher");
            } else if (left.containsKey(parts[0])) {
                problems.add("Failed to load: " + left.get(parts[0]));
            } else if (other == null) {
                problems.add("Plugin is missing: " + parts[0] + " (" + parts[1] + ")");
            }
        }
        return problems;
    }

    /** By the numbers alone, which is enough for the versions that a rehearsal has. */
    static boolean isOlder(String one, String other) {
        String[] ones = one.split("\\D+"), others = other.split("\\D+");
        for (int i = 0; i < Math.min(ones.length, others.length); i++) {
            int order = Long.compare(Long.parseLong("0" + ones[i]), Long.parseLong("0" + others[i]));
            if (order != 0) return order < 0;
        }
        return false;
    }

    /** Like Jenkins it unpacks the archive beside it, under the archive's name. */
    private static Plugin read(Path archive) throws IOException {
        String file = archive.getFileName().toString();
        Path unpacked = archive.resolveSibling(file.substring(0, file.lastIndexOf('.')));
        Content content = contentOf(archive, unpacked);
        Attributes attributes = new Manifest(new ByteArrayInputStream(content.manifest)).getMainAttributes();
        Files.createDirectories(unpacked.resolve("WEB-INF/lib"));
        Files.write(Files.createDirectories(unpacked.resolve("META-INF")).resolve("MANIFEST.MF"), content.manifest);
        Files.writeString(unpacked.resolve(".timestamp2"), "");
        String name = valueOr(attributes, "Short-Name", unpacked.getFileName().toString());
        if (!file.equals(name + ".jpi")) {
            Log.warning(STRATEGY + "#createPluginWrapper", "encountered " + archive + " under a nonstandard name; expected " + name + ".jpi");
        }
        if (!content.hasCode) Log.info(STRATEGY + "#createPluginWrapper", "No classpaths found for plugin " + file);
        return new Plugin(name, valueOr(attributes, "Long-Name", name), valueOr(attributes, "Plugin-Version", "???"),
            valueOr(attributes, "Jenkins-Version", "0"), valueOr(attributes, "Plugin-Dependencies", ""));
    }

    private static Content contentOf(Path archive, Path unpacked) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            boolean hasCode = zip.stream().anyMatch(entry -> entry.getName().matches("WEB-INF/(lib/.+\\.jar|classes/.+)"));
            ZipEntry entry = zip.getEntry("META-INF/MANIFEST.MF");
            if (entry != null) return new Content(zip.getInputStream(entry).readAllBytes(), hasCode);
        } catch (ZipException e) {
            var broken = Stack.at(new JenkinsException("java.util.zip.ZipException", "archive is not a ZIP archive", null), OPEN);
            var build = new JenkinsException("Error while expanding " + archive + "\n" + broken, null, broken);
            Stack.at(build, "org.apache.tools.ant.taskdefs.Expand.expandFile(Expand.java:214)\n", EXPAND);
            throw Stack.at(new IOException("Failed to expand " + archive, build),
                "hudson.ClassicPluginStrategy.explode(ClassicPluginStrategy.java:484)\n", INSPECT);
        }
        throw Stack.at(new IOException("Plugin installation failed. No manifest at " + unpacked.resolve("META-INF/MANIFEST.MF")),
            INSPECT.replace(":165)", ":170)"));
    }

    private static String valueOr(Attributes attributes, String name, String fallback) {
        String value = attributes.getValue(name);
        return value == null ? fallback : value;
    }

    private static List<Path> archivesIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.[hj]pi")).sorted().collect(Collectors.toList());
        }
    }
}
