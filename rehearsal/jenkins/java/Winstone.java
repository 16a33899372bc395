import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Executors;

/** The web server that jenkins.war brings: unpacks it, takes the port, and hands what is asked to Jenkins. */
class Winstone {
    private static final String LOGGER = "winstone.Logger#logInternal";
    private static volatile Pages pages;

    /** Ends the process with status 1 when the server does not start, as winstone.Launcher does. */
    static void main(File war, String webroot, String address, int port) {
        try {
            start(war, webroot, address, port);
        } catch (Throwable e) {
            e.printStackTrace();
            Log.severe(LOGGER, "Container startup failed", e);
            System.exit(1);
        }
    }

    private static void start(File war, String webroot, String address, int port) throws Exception {
        Log.info(LOGGER, "Beginning extraction from war file");
        if (!webroot.isEmpty()) {
            Path target = Files.createDirectories(Path.of(webroot));
            Files.copy(war.toPath(), target.resolve("stand-in.war"), StandardCopyOption.REPLACE_EXISTING);
        }
        // Jetty opens its port before the web application and answers after it: until then connections wait.
        HttpServer server = open(address, port);
        server.createContext("/", Winstone::answer);
        server.setExecutor(Executors.newCachedThreadPool(Winstone::daemon));
        Jenkins jenkins;
        try {
            jenkins = new Jenkins(newPages -> pages = newPages);
        } catch (Exception e) {
            throw new IOException("Failed to start Jetty", e);
        }
        server.start();
        Log.info(LOGGER, "Winstone Servlet Engine running: controlPort=disabled");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            Log.info(LOGGER, "JVM is terminating. Shutting down Jetty");
            jenkins.cleanUp();
            server.stop(0);
            Log.info(LOGGER, "Jetty shutdown successfully");
        }));
        jenkins.start();
    }

    private static HttpServer open(String address, int port) throws IOException {
        InetSocketAddress where = new InetSocketAddress(InetAddress.getByName(address), port);
        try {
            // Left open on purpose: it is what takes the port.
            if (Failure.PORT_TAKEN.isWanted()) new ServerSocket().bind(where);
            return HttpServer.create(where, 0);
        } catch (BindException e) {
            throw new IOException("Failed to start Jetty", new IOException("Failed to bind to " + where, e));
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        Pages.Page page = pages.at(exchange.getRequestURI().toString());
        byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Server", "stand-in for Jenkins");
        page.headers().forEach(exchange.getResponseHeaders()::set);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(page.status(), head ? -1 : body.length);
        if (!head) exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "Jetty (winstone)");
        thread.setDaemon(true);
        return thread;
    }
}
