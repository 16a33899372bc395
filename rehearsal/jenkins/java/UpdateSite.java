import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/**
 * updates.jenkins.io, which Jenkins asks twice on each of its starts. The stand-in looks the name up, really, and sends
 * nothing there. A healthy Jenkins that cannot find it says so with a stack, and starts.
 */
class UpdateSite {
    private static final String HOST = System.getProperty("https.proxyHost", "updates.jenkins.io");
    private static final String RETRIER = "hudson.util.Retrier#start", ACTION = "check updates server";
    private static final String REQUEST = """
        java.base/sun.security.ssl.SSLSocketImpl.connect(SSLSocketImpl.java:304)
        java.base/sun.net.NetworkClient.doConnect(NetworkClient.java:161)
        java.base/sun.net.www.http.HttpClient.openServer(HttpClient.java:516)
        java.base/sun.net.www.http.HttpClient.openServer(HttpClient.java:604)
        java.base/sun.net.www.protocol.https.HttpsClient.<init>(HttpsClient.java:206)
        java.base/sun.net.www.protocol.https.HttpsClient.New(HttpsClient.java:288)
        java.base/sun.net.www.protocol.https.AbstractDelegateHttpsURLConnection.getNewHttpClient(AbstractDelegateHttpsURLConnection.java:193)
        java.base/sun.net.www.protocol.http.HttpURLConnection.plainConnect0(HttpURLConnection.java:963)
        java.base/sun.net.www.protocol.http.HttpURLConnection.plainConnect(HttpURLConnection.java:899)
        java.base/sun.net.www.protocol.https.AbstractDelegateHttpsURLConnection.connect(AbstractDelegateHttpsURLConnection.java:179)
        java.base/sun.net.www.protocol.http.HttpURLConnection.getInputStream0(HttpURLConnection.java:1377)
        java.base/sun.net.www.protocol.http.HttpURLConnection.getInputStream(HttpURLConnection.java:1302)
        java.base/sun.net.www.protocol.https.HttpsURLConnectionImpl.getInputStream(HttpsURLConnectionImpl.java:223)
        hudson.model.DownloadService.loadJSON(DownloadService.java:122)
        hudson.model.UpdateSite.updateDirectlyNow(UpdateSite.java:235)
        hudson.model.UpdateSite.updateDirectlyNow(UpdateSite.java:230)
        """;
    private static final String DAILY_CHECK = """
        hudson.PluginManager.checkUpdatesServer(PluginManager.java:2152)
        hudson.util.Retrier.start(Retrier.java:62)
        hudson.PluginManager.doCheckUpdatesServer(PluginManager.java:2123)
        jenkins.DailyCheck.execute(DailyCheck.java:93)
        hudson.model.AsyncPeriodicWork.lambda$doRun$0(AsyncPeriodicWork.java:110)
        java.base/java.lang.Thread.run(Thread.java:1474)
        """;
    private static final String SETUP_WIZARD = """
        hudson.model.UpdateCenter.updateDefaultSite(UpdateCenter.java:2899)
        jenkins.install.SetupWizard.init(SetupWizard.java:208)
        jenkins.install.InstallState$InitialSecuritySetup.initializeState(InstallState.java:182)
        jenkins.model.Jenkins.setInstallState(Jenkins.java:1124)
        jenkins.install.InstallUtil.proceedToNextStateFrom(InstallUtil.java:98)
        jenkins.install.InstallState$Unknown.initializeState(InstallState.java:87)
        jenkins.model.Jenkins.lambda$loadTasks$3(Jenkins.java:3551)
        """;

    private final CompletableFuture<InetSocketAddress> address = new CompletableFuture<>();

    /** Begins to look the name up: a resolver that does not answer must hold nothing up. */
    UpdateSite() {
        inBackground("name lookup", () -> address.complete(new InetSocketAddress(HOST, 443)));
    }

    /** jenkins.DailyCheck. */
    void checkDaily() {
        inBackground("Download metadata thread", () -> {
            Log.info(RETRIER, "Attempt #1 to do the action " + ACTION);
            IOException problem = problemIn(DAILY_CHECK);
            if (problem == null) return;
            Log.info(RETRIER, "The attempt #1 to do the action " + ACTION + " failed with an allowed exception:", problem);
            Log.info(RETRIER, "Calling the listener of the allowed exception '" + HOST + "' at the attempt #1 to do the action " + ACTION);
            Log.info(RETRIER, "Attempted the action " + ACTION + " for 1 time(s) with no success");
            Log.severe("hudson.PluginManager#doCheckUpdatesServer", "Error checking update sites for 1 attempt(s). Last exception was: "
                + problem.getClass().getSimpleName() + ": " + HOST, null);
        });
    }

    /** What the setup wizard does after it has printed the password. */
    void updateForWizard() {
        if (address.isDone()) reportToWizard();
        else inBackground("update site", this::reportToWizard);
    }

    private void reportToWizard() {
        IOException problem = problemIn(SETUP_WIZARD + Stack.NAMED_TASK + Stack.REACTOR);
        if (problem == null) return;
        Log.warning("hudson.model.UpdateCenter#updateDefaultSite",
            "Upgrading Jenkins. Failed to update the default Update Site 'default'. Plugin upgrades may fail.", problem);
    }

    /** What comes of connecting to a name that was not found; null where it was. */
    private IOException problemIn(String place) {
        InetSocketAddress found = address.join();
        if (!found.isUnresolved()) return null;
        try (Socket socket = new Socket()) {
            socket.connect(found, 20_000);
            return null;
        } catch (IOException e) {
            return Stack.at(e, REQUEST, place);
        }
    }

    private static void inBackground(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
