import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What Jenkins answers while it is in one state. Statuses, headers and words follow the views of jenkinsci/jenkins. */
interface Pages {
    record Page(int status, Map<String, String> headers, String body) {}

    Page at(String url);

    Map<String, String> UNCACHED = Map.of(
        "Content-Type", "text/html;charset=utf-8",
        "X-Content-Type-Options", "nosniff",
        "Expires", "0",
        "Cache-Control", "no-cache,no-store,must-revalidate");

    /** HudsonIsLoading/index.jelly: no X-Jenkins. */
    static Pages starting() {
        Page page = new Page(503, UNCACHED, document("Starting Jenkins",
            "<h1 class=\"loading\">Please wait while Jenkins is getting ready to work</h1>"
                + "<p class=\"restarting\">Your browser will reload automatically when Jenkins is ready</p>"));
        return url -> page;
    }

    /** Configuration as Code's error.jelly, with the 503 of ConfigurationAsCodeBootFailure. */
    static Pages configurationFailed(String message) {
        Page page = new Page(503, UNCACHED, document("Error loading configuration - Jenkins",
            "<h1>Error loading configuration</h1><p>" + escape(message) + "</p>"));
        return url -> page;
    }

    /** HudsonFailedToLoad/index.jelly. */
    static Pages failedToLoad(Throwable failure) {
        Page page = new Page(500, UNCACHED, document("Jenkins", "<h1>Error</h1><pre>" + escape(Log.stackOf(failure)) + "</pre>"));
        return url -> page;
    }

    /** An anonymous visitor sees the login page and the health check, and all the rest only where nothing is secured. */
    static Pages up(String session, boolean secured) {
        Map<String, String> advertised = new HashMap<>(UNCACHED);
        advertised.putAll(Map.of("X-Hudson", "1.395", "X-Jenkins", Main.VERSION, "X-Jenkins-Session", session));
        return url -> {
            String path = url.split("\\?", 2)[0];
            if (path.equals("/login")) return login(advertised, session);
            if (path.equals("/health") || path.equals("/health/")) {
                return new Page(200, Map.of("Content-Type", "application/json;charset=utf-8"), "{\"status\":true}");
            }
            if (secured) return authenticationRequired(advertised, url);
            return new Page(200, advertised, document("Dashboard - Jenkins", "<h1>Welcome to Jenkins!</h1>"));
        };
    }

    private static Page login(Map<String, String> advertised, String session) {
        Map<String, String> headers = new HashMap<>(advertised);
        headers.put("Set-Cookie", "JSESSIONID." + session + "=node0" + Home.randomHex(8) + "; Path=/; HttpOnly");
        return new Page(200, headers, document("Sign in - Jenkins", "<h1>Sign in to Jenkins</h1>"));
    }

    /** HudsonAuthenticationEntryPoint. */
    private static Page authenticationRequired(Map<String, String> advertised, String url) {
        Map<String, String> headers = new HashMap<>(advertised);
        headers.put("X-You-Are-Authenticated-As", "anonymous");
        headers.put("X-Required-Permission", "hudson.model.Hudson.Read");
        headers.put("X-Permission-Implied-By", "hudson.security.Permission.GenericRead, hudson.model.Hudson.Administer");
        String login = "/login?from=" + URLEncoder.encode(url, StandardCharsets.UTF_8);
        return new Page(403, headers, "<html><head><meta http-equiv='refresh' content='1;url=" + login + "'/></head>"
            + "<body style='background-color:white; color:white;'>\nAuthentication required\n<!--\n" + Main.STAND_IN
            + "\n-->\n</body></html>\n");
    }

    private static String document(String title, String body) {
        return "<!DOCTYPE html><html lang=\"en\"><head><title>" + title + "</title></head><body>" + body + "<footer>"
            + Main.STAND_IN + "</footer></body></html>\n";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
