import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * A stand-in for Jenkins: what jenkins.war does when it is started (jenkinsci/jenkins, executable.Main), as far as a
 * machine image can tell. It builds nothing. Everything that it prints goes by Jenkins's own sources, so that whoever
 * reads its log reads what Jenkins would have said; the first line says what it is.
 */
class Main {
    static final String VERSION = "@VERSION@";
    static final String STAND_IN = "This is a stand-in for Jenkins, made for a rehearsal: it starts, stops and fails like Jenkins, and builds nothing.";

    public static void main(String[] args) throws IOException {
        if (List.of(args).contains("--version")) {
            System.out.println(VERSION);
            return;
        }
        System.out.println(STAND_IN);
        try {
            verifyJavaVersion(Runtime.version().feature(), supportedJavaVersions(), args);
        } catch (UnsupportedClassVersionError e) {
            System.err.println(e.getMessage());
            System.err.println("See https://jenkins.io/redirect/java-support/ for more information.");
            System.exit(1);
        }
        File war = whoAmI();
        System.out.println("Running from: " + war);
        unpackLauncher(war);
        printTo(option(args, "--logfile=", ""));
        Winstone.main(new Winstone.Settings(war, option(args, "--webroot=", ""), option(args, "--httpListenAddress=", "0.0.0.0"),
            Integer.parseInt(option(args, "--httpPort=", "8080")), option(args, "--prefix=", "").replaceAll("/$", "")));
    }

    private static void printTo(String logFile) throws IOException {
        if (logFile.isEmpty()) return;
        var stream = new PrintStream(new FileOutputStream(logFile, true), true);
        System.setOut(stream);
        System.setErr(stream);
    }

    private static TreeSet<Integer> supportedJavaVersions() {
        if (Failure.JAVA_TOO_OLD.isWanted()) return new TreeSet<>(List.of(Runtime.version().feature() + 1));
        return new TreeSet<>(List.of(21, 25));
    }

    static void verifyJavaVersion(int found, TreeSet<Integer> supported, String[] args) {
        boolean future = List.of(args).contains("--enable-future-java")
            || Boolean.parseBoolean(System.getenv("JENKINS_ENABLE_FUTURE_JAVA"));
        if (supported.contains(found)) return;
        String running = String.format("Running with Java %d from %s, which is ", found, System.getProperty("java.home"));
        String versions = "%nSupported Java versions are: " + supported;
        if (found < supported.first()) {
            throw new UnsupportedClassVersionError(String.format(
                running + "older than the minimum required version (Java %d)." + versions, supported.first()));
        }
        if (future) return;
        throw new UnsupportedClassVersionError(String.format(running + (found > supported.last()
            ? "not yet fully supported.%nRun the command again with the --enable-future-java flag to enable preview support for future Java versions."
            : "not fully supported.%nRun the command again with the --enable-future-java flag to bypass this error.") + versions));
    }

    /** Jenkins keeps its web server's JAR in the temporary folder while it runs. */
    private static void unpackLauncher(File war) {
        File copy;
        try {
            copy = File.createTempFile("winstone", ".jar");
            copy.deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(
                "Jenkins failed to create a temporary file in " + System.getProperty("java.io.tmpdir") + ": " + e, e);
        }
        try {
            Files.write(copy.toPath(), Files.readAllBytes(war.toPath()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static File whoAmI() {
        String command = System.getProperty("sun.java.command", "");
        return new File(Arrays.stream(command.split(" ")).filter(word -> word.endsWith(".war")).findFirst()
            .orElse("/usr/share/java/jenkins.war"));
    }

    private static String option(String[] args, String name, String fallback) {
        return Arrays.stream(args).filter(arg -> arg.startsWith(name)).map(arg -> arg.substring(name.length())).findFirst().orElse(fallback);
    }
}
