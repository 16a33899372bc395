import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a Jenkins does from its constructor on until it is up (jenkins.model.Jenkins, jenkins.InitReactorRunner). */
class Initialization {
    /** Jenkins starts with -Xmx40m and not with -Xmx28m (measured). */
    private static final int HEAP_TO_START = 29 << 20, CHUNK = 1 << 15;
    private static final String PLUGIN =
        "PluginClassLoader for stand-in//io.jenkins.plugins.standin.StandInPlugin.start(StandInPlugin.java:4)";

    private final Home home;
    private boolean hasExtensions;

    Initialization(Home home) {
        this.home = home;
    }

    /** Whether it has come so far that many tasks run beside each other. */
    boolean hasExtensions() {
        return hasExtensions;
    }

    Pages.Access run() throws Exception {
        var updates = new UpdateSite();
        home.makeSecretKey();
        Log.info("jenkins.model.Jenkins#<init>", "Starting version " + Main.VERSION);
        home.makeSecrets();
        Configuration.readLastVersion(home.configuration());
        Reactor.attain("Started initialization");
        if (Failure.NEVER_READY.isWanted()) Thread.sleep(Long.MAX_VALUE);
        Plugins plugins = Plugins.inspect(home.folder.resolve("plugins"));
        Reactor.attain("Listed all plugins");
        plugins.load();
        useMemory();
        Thread.sleep(2_000);
        Reactor.attain("Prepared all plugins");
        initializePlugins();
        Reactor.attain("Started all plugins");
        Reactor.attain("Augmented all extensions");
        hasExtensions = true;
        Thread.sleep(500);
        Reactor.run("Loading global config", () -> Configuration.read(home.configuration()));
        Reactor.attain("System config loaded");
        var casc = new Casc(home.folder);
        if (plugins.isActive("configuration-as-code") || Failure.BROKEN_JCASC.isWanted()) {
            Reactor.initialize("ConfigurationAsCode.init", Casc.INITIALIZER, casc::configure);
        }
        for (String milestone : List.of("System config adapted", "Loaded all jobs", "Configuration for all jobs updated")) {
            Reactor.attain(milestone);
        }
        updates.checkDaily();
        Thread.sleep(500);
        boolean wizard = setUp(casc, updates);
        home.save();
        Reactor.attain("Completed initialization");
        if (Failure.PLUGIN_EXTENSION.isWanted()) {
            Extensions.skip("io.jenkins.plugins.standin.StandInListener", new IllegalStateException("the licence is missing"));
        }
        return wizard ? Pages.Access.WIZARD : casc.isSecured() || home.hasUsers() ? Pages.Access.SECURED : Pages.Access.OPEN;
    }

    private static void initializePlugins() throws JenkinsException {
        if (Failure.BROKEN_PLUGIN.isWanted()) {
            Reactor.initialize("StandInPlugin.start", PLUGIN, () -> {
                throw new IllegalStateException("the licence is missing");
            });
        }
        if (Failure.PLUGIN_LINKAGE.isWanted()) {
            Reactor.initialize("StandInPlugin.start", PLUGIN, () -> {
                throw new NoClassDefFoundError("io/jenkins/plugins/standin/Missing");
            });
        }
    }

    /** InstallState: @return whether the setup wizard waits for somebody */
    private boolean setUp(Casc casc, UpdateSite updates) throws IOException {
        boolean isOn = !"false".equals(System.getProperty("jenkins.install.runSetupWizard"));
        if (!isOn) home.saveLastVersion();
        if (!isOn || !home.isWaitingForWizard()) return false;
        if (!casc.hasRealm()) {
            String password = home.firstPassword(), stars = ("*".repeat(61) + "\n").repeat(3);
            Log.info("jenkins.install.SetupWizard#init", "\n\n" + stars
                + "\nJenkins initial setup is required. An admin user has been created and a password generated.\n"
                + "Please use the following password to proceed to installation:\n\n" + password + "\n\n"
                + "This may also be found at: " + home.firstPasswordFile() + "\n\n" + stars);
        }
        updates.updateForWizard();
        return true;
    }

    private static void useMemory() {
        if (Failure.OUT_OF_MEMORY.isWanted()) {
            long tooMany = Runtime.getRuntime().maxMemory() / Long.BYTES + 1;
            throw new AssertionError(new long[(int) Math.min(Integer.MAX_VALUE, tooMany)].length);
        }
        List<byte[]> classes = new ArrayList<>();
        while (classes.size() < HEAP_TO_START / CHUNK) classes.add(new byte[CHUNK]);
    }
}
