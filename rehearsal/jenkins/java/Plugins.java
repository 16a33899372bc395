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
import java.util.zip.ZipFile;

/** The plugins folder. What their manifests say is looked at as Jenkins does; no plugin's code is run. */
class Plugins {
    private static final String FAILED = "jenkins.InitReactorRunner$1#onTaskFailed";

    private record Plugin(String name, String title, String version, String core, String dependencies) {}

    private final Map<String, Plugin> active = new TreeMap<>();

    /** PluginManager.initTasks: an archive that cannot be read is reported and left out; the start goes on without it. */
    static Plugins inspect(Path folder) throws IOException {
        Plugins plugins = new Plugins();
        for (Path archive : archivesIn(folder)) {
            try {
                Plugin plugin = read(archive);
                plugins.active.put(plugin.name, plugin);
            } catch (IOException e) {
                Log.severe(FAILED, "Failed Inspecting plugin " + archive, e);
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
                Log.severe(FAILED, "Failed Loading plugin " + plugin.title + " v" + plugin.version + " (" + plugin.name + ")",
                    new IOException("Failed to load: " + left.get(plugin.name) + "\n - " + String.join("\n - ", problems)));
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
            if (dependency.isEmpty() || dependency.contains(";resolution:=optional")) continue;
            String[] parts = dependency.split(";")[0].split(":");
            Plugin other = active.get(parts[0]);
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

    /** Like Jenkins it unpacks the archive beside it. */
    private static Plugin read(Path archive) throws IOException {
        byte[] bytes;
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            ZipEntry entry = zip.getEntry("META-INF/MANIFEST.MF");
            if (entry == null) throw new IOException("Plugin installation failed. No manifest at " + archive);
            bytes = zip.getInputStream(entry).readAllBytes();
        } catch (java.util.zip.ZipException e) {
            throw new IOException("Failed to expand " + archive, e);
        }
        Attributes attributes = new Manifest(new ByteArrayInputStream(bytes)).getMainAttributes();
        String file = archive.getFileName().toString();
        String name = attributes.getValue("Short-Name") == null ? file.substring(0, file.lastIndexOf('.')) : attributes.getValue("Short-Name");
        Path unpacked = Files.createDirectories(archive.resolveSibling(name).resolve("META-INF"));
        Files.write(unpacked.resolve("MANIFEST.MF"), bytes);
        return new Plugin(name, valueOr(attributes, "Long-Name", name), valueOr(attributes, "Plugin-Version", "???"),
            valueOr(attributes, "Jenkins-Version", "0"), valueOr(attributes, "Plugin-Dependencies", ""));
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
