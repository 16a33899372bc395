import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Jenkins's start, state by state: WebAppMain.contextInitialized and the constructor of jenkins.model.Jenkins. */
class Jenkins {
    private static final String MILESTONE = "jenkins.InitReactorRunner$1#onAttained";
    private static final long LOWEST_FREE_SPACE = 1L << 30;
    private static final int MEGABYTES_TO_START = 64;

    private final Consumer<Pages> show;
    private final Home home;
    private boolean cleanedUp;

    /** @throws IOException when there is no home or no temporary folder: then the web server does not start either */
    Jenkins(Consumer<Pages> show) throws IOException {
        this.show = show;
        String given = System.getProperty("JENKINS_HOME", System.getenv("JENKINS_HOME"));
        Path folder = given == null ? Path.of(System.getProperty("user.home"), ".jenkins") : Path.of(given.trim());
        home = new Home(folder.toAbsolutePath());
        String found = given == null ? "$user.home/.jenkins" : "EnvVars.masterEnvVars.get(\"JENKINS_HOME\")";
        Log.info("hudson.WebAppMain#contextInitialized", "Jenkins home directory: " + home.folder + " found at: " + found);
        home.recordBootAttempt();
        File test = File.createTempFile("test", "test");
        test.delete();
        show.accept(Pages.starting());
    }

    void start() {
        new Thread(this::run, "Jenkins initialization thread").start();
    }

    private void run() {
        try {
            boolean secured = load();
            String session = Home.randomHex(4);
            show.accept(Pages.up(session, secured));
            home.forgetBootAttempts();
            Log.info("hudson.lifecycle.Lifecycle#onReady", "Jenkins is fully up and running");
            Systemd.notify("READY=1");
            lookAtFreeSpace();
        } catch (InterruptedException e) {
            Log.severe("hudson.WebAppMain#run", "Interrupted", e);
        } catch (Casc.Refused e) {
            publish(e, Pages.configurationFailed(e.getCause().getMessage()));
        } catch (Throwable e) {
            var failure = new JenkinsException("hudson.util.HudsonFailedToLoad", null, e);
            publish(failure, Pages.failedToLoad(failure));
        }
    }

    /** @return whether a visitor must sign in */
    private boolean load() throws Exception {
        home.makeSecretKey();
        Log.info("jenkins.model.Jenkins#<init>", "Starting version " + Main.VERSION);
        home.makeSecrets();
        attain("Started initialization");
        if (Failure.NEVER_READY.isWanted()) Thread.sleep(Long.MAX_VALUE);
        Plugins plugins = Plugins.inspect(home.folder.resolve("plugins"));
        attain("Listed all plugins");
        plugins.load();
        useMemory();
        Thread.sleep(400);
        attain("Prepared all plugins");
        if (Failure.BROKEN_PLUGIN.isWanted()) task("StandInPlugin.init", () -> {
            throw new NoClassDefFoundError("hudson/plugins/standin/Missing");
        });
        attain("Started all plugins");
        attain("Augmented all extensions");
        task("Loading global config", home::readConfiguration);
        attain("System config loaded");
        boolean[] realm = {false};
        if (plugins.isActive("configuration-as-code") || Failure.BROKEN_JCASC.isWanted()) {
            task("ConfigurationAsCode.init", () -> realm[0] = Casc.configure(home.folder));
        }
        attain("System config adapted");
        attain("Loaded all jobs");
        attain("Configuration for all jobs updated");
        if (home.isNew && !realm[0] && setupWizardIsOn()) printFirstPassword(home.makeFirstAdministrator());
        home.save();
        attain("Completed initialization");
        return realm[0] || home.hasUsers();
    }

    private static void attain(String milestone) {
        Log.info(MILESTONE, milestone);
    }

    private interface Task {
        void run() throws Exception;
    }

    /** A step of the start that Jenkins names when it fails. */
    private static void task(String name, Task task) throws Exception {
        try {
            task.run();
        } catch (Exception | Error e) {
            Log.severe("jenkins.InitReactorRunner$1#onTaskFailed", "Failed " + name, e);
            if (e instanceof Casc.Refused refused) throw refused;
            throw new JenkinsException("org.jvnet.hudson.reactor.ReactorException", null, e);
        }
    }

    private static boolean setupWizardIsOn() {
        return !"false".equals(System.getProperty("jenkins.install.runSetupWizard"));
    }

    /** What a Jenkins without plugins needs at least: with a smaller -Xmx it ends as Jenkins does. */
    private static void useMemory() {
        if (Failure.OUT_OF_MEMORY.isWanted()) {
            long tooMany = Runtime.getRuntime().maxMemory() / Long.BYTES + 1;
            throw new AssertionError(new long[(int) Math.min(Integer.MAX_VALUE, tooMany)].length);
        }
        List<byte[]> classes = new ArrayList<>();
        while (classes.size() < MEGABYTES_TO_START) classes.add(new byte[1 << 20]);
    }

    /** SetupWizard.init. */
    private void printFirstPassword(String password) {
        String stars = ("*".repeat(61) + "\n").repeat(3);
        Log.info("jenkins.install.SetupWizard#init", "\n\n" + stars
            + "\nJenkins initial setup is required. An admin user has been created and a password generated.\n"
            + "Please use the following password to proceed to installation:\n\n" + password + "\n\n"
            + "This may also be found at: " + home.firstPasswordFile() + "\n\n" + stars);
    }

    /** The node monitors look for the first time five seconds after the node came online. */
    private void lookAtFreeSpace() throws InterruptedException {
        Thread.sleep(5_000);
        for (File folder : List.of(new File(System.getProperty("java.io.tmpdir")), home.folder.toFile())) {
            if (folder.getUsableSpace() > LOWEST_FREE_SPACE) continue;
            Log.warning("hudson.node_monitors.DiskSpaceMonitorDescriptor#markNodeOfflineOrOnline",
                "Making Built-In Node offline temporarily due to the lack of disk space");
            return;
        }
    }

    /** BootFailure.publish. Under systemd Jenkins leaves at once (ExitLifecycle), by hand it goes on showing why. */
    private void publish(JenkinsException failure, Pages pages) {
        Log.severe("hudson.util.BootFailure#publish", "Failed to initialize Jenkins", failure);
        show.accept(pages);
        if (!Systemd.isOurs()) return;
        cleanUp();
        System.exit(5);
    }

    /** Jenkins.cleanUp, also called when the process is told to end. */
    synchronized void cleanUp() {
        if (cleanedUp) return;
        cleanedUp = true;
        Log.info("hudson.lifecycle.Lifecycle#onStop", "Stopping Jenkins");
        Systemd.notify("STOPPING=1");
        Log.info("jenkins.model.Jenkins#cleanUp", "Starting node disconnection");
        Log.info("jenkins.model.Jenkins#cleanUp", "Stopping plugin manager");
        Log.info("jenkins.model.Jenkins#cleanUp", "Persisting build queue");
    }
}
