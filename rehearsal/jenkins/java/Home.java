import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.xml.sax.helpers.DefaultHandler;

/** JENKINS_HOME: the files that a first start makes, each with a content of its own on every machine. */
class Home {
    private static final SecureRandom RANDOM = new SecureRandom();
    final Path folder;
    final boolean isNew;

    Home(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        isNew = !Files.exists(folder.resolve("config.xml"));
    }

    void recordBootAttempt() {
        try {
            Files.writeString(attempts(), new Date() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            Log.warning("hudson.WebAppMain#recordBootAttempt", "Failed to record boot attempts\n" + Log.stackOf(e));
        }
    }

    void forgetBootAttempts() throws IOException {
        Files.deleteIfExists(attempts());
    }

    private Path attempts() {
        return folder.resolve("failed-boot-attempts.txt");
    }

    /** What the constructor of jenkins.model.Jenkins writes before anything is loaded. */
    void makeSecretKey() throws IOException {
        if (Failure.DISK_FULL.isWanted()) {
            try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"))) {
                full.write(1);
            }
        }
        create("secret.key", randomHex(32));
        create("secret.key.not-so-secret", "");
    }

    /** DefaultConfidentialStore, and the keys that are in it after a first start. */
    void makeSecrets() throws IOException {
        Path secrets = folder.resolve("secrets");
        if (!Files.exists(secrets)) {
            Files.createDirectory(secrets, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        create("secrets/master.key", randomHex(128));
        for (String key : List.of("hudson.util.Secret", "jenkins.model.Jenkins.crumbSalt",
            "org.jenkinsci.main.modules.instance_identity.InstanceIdentity.KEY")) {
            createBinary("secrets/" + key);
        }
        createBinary("identity.key.enc");
    }

    /** A broken config.xml ends the start. */
    void readConfiguration() throws IOException {
        if (isNew) return;
        Path config = folder.resolve("config.xml");
        try {
            var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            // Without a handler the parser prints its errors itself.
            builder.setErrorHandler(new DefaultHandler());
            builder.parse(config.toFile());
        } catch (Exception e) {
            throw new IOException("Unable to read " + config, e);
        }
    }

    /** SetupWizard.init: the first administrator, with a password that is printed and kept in a file. */
    String makeFirstAdministrator() throws IOException {
        String password = randomHex(16);
        create("users/users.xml", xml("hudson.model.UserIdMapper"));
        create("users/admin_" + RANDOM.nextLong(1L << 62) + "/config.xml", xml("user"));
        Path file = folder.resolve("secrets/initialAdminPassword");
        Files.writeString(file, password + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        return password;
    }

    boolean hasUsers() {
        return Files.exists(folder.resolve("users/users.xml"));
    }

    Path firstPasswordFile() {
        return folder.resolve("secrets/initialAdminPassword");
    }

    void save() throws IOException {
        for (String name : List.of("jobs", "logs", "nodes", "plugins", "updates", "userContent", "workspace")) {
            Files.createDirectories(folder.resolve(name));
        }
        create("config.xml", xml("hudson"));
        create("hudson.model.UpdateCenter.xml", xml("sites"));
        create("nodeMonitors.xml", xml("hudson.util.DescribableList"));
        create("userContent/readme.txt", "Files in this directory will be served under your http://yourjenkins/userContent/\n");
        create(".lastStarted", "");
    }

    static String randomHex(int bytes) {
        return HexFormat.of().formatHex(random(bytes));
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    private static String xml(String root) {
        return "<?xml version='1.1' encoding='UTF-8'?>\n<!-- " + Main.STAND_IN + " -->\n<" + root + "/>\n";
    }

    private void create(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        if (!Files.exists(file)) Files.writeString(file, content);
    }

    private void createBinary(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) Files.write(file, random(272));
    }
}
