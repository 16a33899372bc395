import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** The plugins folder. No plugin's code is run. */
class Plugins {
    /** PluginManager.initTasks: an archive that cannot be read is reported and left out; the start goes on without it. */
    static void inspect(Path folder) throws IOException {
        for (Path archive : archivesIn(folder)) {
            try {
                inspectOne(archive);
            } catch (IOException e) {
                Log.severe("jenkins.InitReactorRunner$1#onTaskFailed", "Failed Inspecting plugin " + archive, e);
            }
        }
    }

    private static void inspectOne(Path archive) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            if (zip.getEntry("META-INF/MANIFEST.MF") == null) {
                throw new IOException("Plugin installation failed. No manifest at " + archive);
            }
        } catch (java.util.zip.ZipException e) {
            throw new IOException("Failed to expand " + archive, e);
        }
    }

    private static List<Path> archivesIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.[hj]pi")).sorted().collect(Collectors.toList());
        }
    }
}
