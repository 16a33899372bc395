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

/** JENKINS_HOME: the files that a first start makes, each with a content of its own on every machine. */
class Home {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String WRITE_SECRET = """
        hudson.util.TextFile.write(TextFile.java:104)
        jenkins.model.Jenkins.<init>(Jenkins.java:942)
        """;

    final Path folder;
    final boolean isNew;

    Home(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        isNew = !Files.exists(configuration());
    }

    Path configuration() {
        return folder.resolve("config.xml");
    }

    void recordBootAttempt() {
        try {
            Files.writeString(attempts(), new Date() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            Log.warning("hudson.WebAppMain#recordBootAttempt", "Failed to record boot attempts",
                Stack.at(e, "hudson.WebAppMain.recordBootAttempt(WebAppMain.java:318)\n",
                    "hudson.WebAppMain.contextInitialized(WebAppMain.java:197)\n", Stack.CONTAINER));
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
        try {
            if (Failure.DISK_FULL.isWanted()) {
                try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"))) {
                    full.write(1);
                }
            }
            create("secret.key", randomHex(32));
            create("secret.key.not-so-secret", "");
        } catch (IOException e) {
            throw Stack.at(e, WRITE_SECRET, Stack.NEW_JENKINS);
        }
    }

    /** DefaultConfidentialStore, and the keys that are in it after a first start. */
    void makeSecrets() throws IOException {
        Path secrets = folder.resolve("secrets");
        if (!Files.exists(secrets)) {
            Files.createDirectory(secrets, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        create("secrets/master.key", randomHex(128));
        for (String key : List.of("hudson.model.User.DIRNAMES", "jenkins.model.Jenkins.crumbSalt", "jenkins.security.csp.ReportingContext.key")) {
            Path file = secrets.resolve(key);
            if (!Files.exists(file)) Files.write(file, random(272));
        }
    }

    /** SetupWizard.init: the first administrator, with a password that is kept in a file and printed on each start until somebody signs in. */
    String firstPassword() throws IOException {
        if (!Files.exists(firstPasswordFile())) {
            create("users/admin_" + randomHex(32) + "/config.xml", xml("user"));
            Files.writeString(firstPasswordFile(), randomHex(16) + "\n");
            Files.setPosixFilePermissions(firstPasswordFile(), PosixFilePermissions.fromString("rw-r-----"));
        }
        return Files.readString(firstPasswordFile()).trim();
    }

    /** Nobody has gone through the setup wizard yet. */
    boolean isWaitingForWizard() {
        return isNew || Files.exists(firstPasswordFile());
    }

    boolean hasUsers() {
        return Files.exists(folder.resolve("users"));
    }

    Path firstPasswordFile() {
        return folder.resolve("secrets/initialAdminPassword");
    }

    /** InstallUtil.saveLastExecVersion: from here on the setup wizard is done with. */
    void saveLastVersion() throws IOException {
        create("jenkins.install.InstallUtil.lastExecVersion", Main.VERSION);
        create("jenkins.install.UpgradeWizard.state", Main.VERSION);
    }

    void save() throws IOException {
        Files.createDirectories(folder.resolve("jobs"));
        Files.createDirectories(folder.resolve("plugins"));
        create("config.xml", xml("hudson"));
        create("hudson.model.UpdateCenter.xml", xml("sites"));
        create("jenkins.telemetry.Correlator.xml", xml("jenkins.telemetry.Correlator"));
        create("nodeMonitors.xml", xml("hudson.util.DescribableList"));
        create("userContent/readme.txt", "Files in this directory will be served under your http://yourjenkins/userContent/\n");
        create(".lastStarted", "");
    }

    /** The build queue, when Jenkins stops. */
    void saveQueue() {
        try {
            Files.writeString(folder.resolve("queue.xml"), xml("hudson.model.Queue_-State"));
        } catch (IOException e) {
            Log.warning("hudson.model.Queue#save", "Failed to write out the queue file " + folder.resolve("queue.xml"),
                Stack.at(e, "hudson.model.Queue.save(Queue.java:353)\n"));
        }
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
}
