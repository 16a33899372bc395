import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Executors;

/** The web server that jenkins.war brings: unpacks it, takes the port, and hands what is asked to Jenkins. */
class Winstone {
    /** @param prefix of all paths that are Jenkins's, without a slash at its end; empty: they all are */
    record Settings(File war, String webroot, String address, int port, String prefix) {}

    private static final String LOGGER = "winstone.Logger#logInternal", JETTY = "org.eclipse.jetty.";
    private static final String CONNECTOR = "Jenkins Main ClassLoader//org.eclipse.jetty.server.ServerConnector.";
    private static final String LAUNCHER = "Jenkins Main ClassLoader//winstone.Launcher.<init>(Launcher.java:";
    private static volatile Pages pages;

    /** Ends the process with status 1 when the server does not start, as winstone.Launcher does. */
    static void main(Settings settings) {
        try {
            start(settings);
        } catch (Throwable e) {
            Log.info(JETTY + "server.Server#doStop", "Stopped " + server("STOPPING"));
            Log.info(LOGGER, "Jetty shutdown successfully");
            IOException failure = Stack.at(new IOException("Failed to start Jetty", e), LAUNCHER + "197)\n", Stack.MAIN);
            failure.printStackTrace();
            Log.severe(LOGGER, "Container startup failed", failure);
            System.exit(1);
        }
    }

    private static void start(Settings settings) throws Exception {
        Log.info(LOGGER, "Beginning extraction from war file");
        if (!settings.webroot.isEmpty()) {
            Path target = Files.createDirectories(Path.of(settings.webroot));
            Files.copy(settings.war.toPath(), target.resolve("stand-in.war"), StandardCopyOption.REPLACE_EXISTING);
        }
        Thread.sleep(500);
        if (settings.prefix.isEmpty()) Log.warning(JETTY + "ee9.nested.ContextHandler#setContextPath", "Empty contextPath");
        Log.info(JETTY + "server.Server#doStart", "jetty-12.1.8; a stand-in; jvm " + Runtime.version());
        // Jetty opens its port before the web application and answers after it: until then connections wait.
        HttpServer server = open(settings.address, settings.port);
        server.createContext("/", exchange -> answer(exchange, settings.prefix));
        server.setExecutor(Executors.newCachedThreadPool(Winstone::daemon));
        Thread.sleep(500);
        Log.info(JETTY + "ee9.webapp.StandardDescriptorProcessor#visitServlet",
            "NO JSP Support for /, did not find org.eclipse.jetty.ee9.jsp.JettyJspServlet");
        Log.info(JETTY + "session.DefaultSessionIdManager#doStart", "Session workerName=node0");
        Jenkins jenkins = listen();
        server.start();
        Log.info(JETTY + "server.AbstractConnector#doStart", "Started " + connector(settings));
        Log.info(JETTY + "server.Server#doStart", "Started " + server("STARTING"));
        Log.info(LOGGER, "Winstone Servlet Engine running: controlPort=disabled");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, settings, jenkins)));
        jenkins.start();
    }

    /** Makes the web application; its listener may refuse to start. */
    private static Jenkins listen() throws Exception {
        try {
            return new Jenkins(newPages -> pages = newPages);
        } catch (Exception e) {
            Log.warning(JETTY + "ee9.webapp.WebAppContext#doStart", "Failed startup of context w.HostConfiguration$@1{Jenkins v" + Main.VERSION + "}", e);
            throw e;
        }
    }

    private static void stop(HttpServer server, Settings settings, Jenkins jenkins) {
        Log.info(LOGGER, "JVM is terminating. Shutting down Jetty");
        Log.info(JETTY + "server.Server#doStop", "Stopped " + server("STOPPING"));
        server.stop(0);
        Log.info(JETTY + "server.AbstractConnector#doStop", "Stopped " + connector(settings));
        jenkins.cleanUp();
        if (jenkins.isUp()) return;
        Log.info("hudson.WebAppMain#contextDestroyed", "Shutting down a Jenkins instance that was still starting up",
            Stack.at(new Throwable("reason"), "hudson.WebAppMain.contextDestroyed(WebAppMain.java:419)\n", Stack.SHUTDOWN));
        Log.info(LOGGER, "Control thread shutdown successfully");
        Log.info(LOGGER, "Jetty shutdown successfully");
    }

    private static HttpServer open(String address, int port) throws IOException {
        InetSocketAddress where = new InetSocketAddress(InetAddress.getByName(address), port);
        try {
            // Left open on purpose: it is what takes the port.
            if (Failure.PORT_TAKEN.isWanted()) new ServerSocket().bind(where);
            return HttpServer.create(where, 0);
        } catch (BindException e) {
            String below = CONNECTOR + "open(ServerConnector.java:313)\n" + LAUNCHER + "193)\n" + Stack.MAIN;
            Stack.at(e, CONNECTOR + "openAcceptChannel(ServerConnector.java:344)\n", below);
            throw Stack.at(new IOException("Failed to bind to " + where, e), CONNECTOR + "openAcceptChannel(ServerConnector.java:349)\n", below);
        }
    }

    private static void answer(HttpExchange exchange, String prefix) throws IOException {
        Pages.Page page = pageFor(exchange, prefix);
        byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Server", "stand-in for Jenkins");
        page.headers().forEach(header -> exchange.getResponseHeaders().add(header.name(), header.value()));
        boolean hasBody = body.length > 0 && !exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(page.status(), hasBody ? body.length : -1);
        if (hasBody) exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Outside of its prefix nothing is Jenkins's. */
    private static Pages.Page pageFor(HttpExchange exchange, String prefix) {
        URI uri = exchange.getRequestURI();
        String path = uri.getRawPath(), query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        if (path.startsWith(prefix + "/")) {
            return pages.at(new Pages.Request(prefix, path.substring(prefix.length()), query,
                exchange.getRequestHeaders().getFirst("Accept-Language")));
        }
        if (path.equals(prefix)) return new Pages.Page(301, List.of(new Pages.Header("Location", prefix + "/" + query)), "");
        return new Pages.Page(404, List.of(new Pages.Header("Content-Type", "text/html;charset=iso-8859-1"),
            new Pages.Header("Cache-Control", "must-revalidate,no-cache,no-store"), new Pages.Header("Vary", "Accept-Encoding")),
            "<html><head><title>Error 404 Not Found</title></head><body><h2>HTTP ERROR 404 Not Found</h2></body></html>\n");
    }

    private static String server(String state) {
        return "oejs.Server@1{" + state + "}[12.1.8,sto=0]";
    }

    private static String connector(Settings settings) {
        return "oejs.ServerConnector@1{HTTP/1.1, (http/1.1)}{" + settings.address + ":" + settings.port + "}";
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "Jetty (winstone)");
        thread.setDaemon(true);
        return thread;
    }
}
