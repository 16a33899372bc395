import java.awt.Font;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Jenkins's start, state by state: WebAppMain.contextInitialized and the constructor of jenkins.model.Jenkins. */
class Jenkins {
    private static final String INITIALIZED = "hudson.WebAppMain.contextInitialized(WebAppMain.java:";
    private static final long LOWEST_FREE_SPACE = 1L << 30;

    /** Between a failed boot and the end of the process. */
    private static final long MS_TO_END = 1_500;

    private final Consumer<Pages> show;
    private final Home home;
    private final Initialization initialization;
    private boolean isUp, cleanedUp;

    /** @throws Exception when there is no home, no working AWT or no temporary folder: then the web server does not start either */
    Jenkins(Consumer<Pages> show) throws Exception {
        this.show = show;
        String given = System.getProperty("JENKINS_HOME", System.getenv("JENKINS_HOME"));
        Path folder = given == null ? Path.of(System.getProperty("user.home"), ".jenkins") : Path.of(given.trim());
        home = new Home(folder.toAbsolutePath());
        initialization = new Initialization(home);
        String found = given == null ? "$user.home/.jenkins" : "EnvVars.masterEnvVars.get(\"JENKINS_HOME\")";
        Log.info("hudson.WebAppMain#contextInitialized", "Jenkins home directory: " + home.folder + " found at: " + found);
        home.recordBootAttempt();
        checkAwt();
        File test = File.createTempFile("test", "test");
        test.delete();
        show.accept(Pages.starting());
    }

    /**
     * hudson.util.ChartUtil: Jenkins does not even begin without fonts for its charts. What is to end a failed boot needs the
     * Jenkins that there is not yet, so that the web server ends the process, and not for the reason that began it.
     */
    private static void checkAwt() {
        try {
            new Font("SansSerif", Font.BOLD, 18).toString();
        } catch (Throwable problem) {
            for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
                Stack.at(cause, "hudson.util.ChartUtil.<clinit>(ChartUtil.java:269)\n", INITIALIZED + "219)\n", Stack.CONTAINER);
            }
            Log.severe("hudson.util.BootFailure#publish", "Failed to initialize Jenkins",
                Stack.at(new JenkinsException("hudson.util.AWTProblem", null, problem), INITIALIZED + "220)\n", Stack.CONTAINER));
            throw Stack.at(new IllegalStateException(
                "Jenkins.instance is missing. Read the documentation of Jenkins.getInstanceOrNull to see what you are doing wrong."),
                "jenkins.model.Jenkins.get(Jenkins.java:806)\n", "hudson.util.BootFailure.publish(BootFailure.java:55)\n",
                INITIALIZED + "299)\n", Stack.CONTAINER);
        }
    }

    void start() {
        new Thread(this::run, "Jenkins initialization thread").start();
    }

    private void run() {
        try {
            Pages.Access access = initialization.run();
            isUp = true;
            show.accept(Pages.up(access));
            home.forgetBootAttempts();
            Log.info("hudson.lifecycle.Lifecycle#onReady", "Jenkins is fully up and running");
            Systemd.notify("READY=1");
            lookAtFreeSpace();
        } catch (InterruptedException e) {
            Log.severe("hudson.WebAppMain#run", "Interrupted", e);
        } catch (OutOfMemoryError e) {
            // With so little memory Jenkins takes long to end.
            Stack.at(e, "jenkins.InitReactorRunner$1.onAttained(InitReactorRunner.java:88)\n",
                "org.jvnet.hudson.reactor.Reactor$1.run(Reactor.java:182)\n");
            fail(Reactor.failed(e), 6_000);
        } catch (Throwable e) {
            Throwable root = e;
            while (root.getCause() != null && !(root instanceof Casc.Refused)) root = root.getCause();
            if (root instanceof Casc.Refused refused) publish(refused, Pages.configurationFailed(refused.getCause().getMessage()), MS_TO_END);
            else fail(e, MS_TO_END);
        }
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

    private void fail(Throwable cause, long msToEnd) {
        var failure = Stack.at(new JenkinsException("hudson.util.HudsonFailedToLoad", null, cause), Stack.PUBLISH);
        publish(failure, Pages.failedToLoad(failure), msToEnd);
    }

    /** BootFailure.publish. Under systemd Jenkins leaves then (ExitLifecycle), by hand it goes on showing why. */
    private void publish(JenkinsException failure, Pages pages, long msToEnd) {
        Log.severe("hudson.util.BootFailure#publish", "Failed to initialize Jenkins", failure);
        show.accept(pages);
        if (initialization.hasExtensions()) Interrupted.report(home.folder);
        if (!Systemd.isOurs()) return;
        try {
            Thread.sleep(msToEnd);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            cleanUp();
        } catch (Throwable e) {
            Log.severe("hudson.lifecycle.ExitLifecycle#restart", "Failed to clean up. Restart will continue.", e);
        }
        System.exit(5);
    }

    boolean isUp() {
        return isUp;
    }

    /** Jenkins.cleanUp, also called when the process is told to end. */
    synchronized void cleanUp() {
        if (cleanedUp) return;
        cleanedUp = true;
        Log.info("hudson.lifecycle.Lifecycle#onStatusUpdate", "Stopping Jenkins");
        Systemd.notify("STATUS=Stopping Jenkins");
        Log.info("jenkins.model.Jenkins$13#onAttained", "Started termination");
        Log.info("jenkins.model.Jenkins$13#onAttained", "Completed termination");
        Log.info("jenkins.model.Jenkins#_cleanUpDisconnectComputers", "Starting node disconnection");
        Log.info("jenkins.model.Jenkins#_cleanUpShutdownPluginManager", "Stopping plugin manager");
        Log.info("jenkins.model.Jenkins#_cleanUpPersistQueue", "Persisting build queue");
        home.saveQueue();
        if (isUp) Log.info("jenkins.model.Jenkins#_cleanUpAwaitDisconnects", "Waiting for node disconnection completion");
        Log.info("hudson.lifecycle.Lifecycle#onStatusUpdate", "Jenkins stopped");
        Systemd.notify("STATUS=Jenkins stopped");
    }
}
