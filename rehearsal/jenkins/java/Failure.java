import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The ways in which this stand-in can be told to fail, by a name in FILE (or in the system property stand-in.failure). Each
 * but JAVA_TOO_OLD and those of plugins also comes about without it, where the condition is really met.
 */
enum Failure {
    /** It wants a Java that is newer than the one it runs on. */
    JAVA_TOO_OLD,
    /** Its port is taken, by a socket of its own. */
    PORT_TAKEN,
    /** Its first file in JENKINS_HOME goes to /dev/full. */
    DISK_FULL,
    /** The initializer of a plugin throws: the only way in which a plugin ends Jenkins's start. */
    BROKEN_PLUGIN,
    /** The initializer of a plugin misses a class: Jenkins says so, and starts. */
    PLUGIN_LINKAGE,
    /** An extension of a plugin throws when it is made: Jenkins says so, and starts without it. */
    PLUGIN_EXTENSION,
    /** Configuration as Code finds a root element that it does not know. */
    BROKEN_JCASC,
    /** It asks for more memory than the machine's heap can have. */
    OUT_OF_MEMORY,
    /** It stays on the starting page until systemd's patience is over. */
    NEVER_READY;

    private static final Path FILE = Path.of("/etc/jenkins-stand-in/failure");

    boolean isWanted() {
        try {
            String wanted = System.getProperty("stand-in.failure", Files.exists(FILE) ? Files.readString(FILE) : "");
            return wanted.trim().toUpperCase(Locale.ROOT).replace('-', '_').equals(name());
        } catch (IOException e) {
            System.err.println("stand-in: " + FILE + " cannot be read: " + e);
            return false;
        }
    }
}
