import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What Jenkins answers while it is in one state. Statuses, headers and words follow the views of jenkinsci/jenkins. */
interface Pages {
    record Header(String name, String value) {}

    record Page(int status, List<Header> headers, String body) {}

    /** @param prefix of all paths, or empty; path and query are without it */
    record Request(String prefix, String path, String query, String acceptLanguage) {}

    /** Who may see what. */
    enum Access {
        /** The setup wizard waits for its administrator. */
        WIZARD,
        /** Visitors must sign in. */
        SECURED,
        /** Everybody may do everything. */
        OPEN
    }

    Page at(Request request);

    String POLICY = "base-uri 'none'; default-src 'self'; form-action 'self'; frame-ancestors 'self'; img-src 'self' data:; "
        + "script-src 'report-sample' 'self' usage.jenkins.io; style-src 'report-sample' 'self' 'unsafe-inline';";
    Header HTML = new Header("Content-Type", "text/html;charset=utf-8");
    List<Header> UNCACHED = List.of(HTML, new Header("X-Content-Type-Options", "nosniff"), new Header("Vary", "Accept-Encoding"),
        new Header("Expires", "0"), new Header("Cache-Control", "no-cache,no-store,must-revalidate"));
    /** Of every answer of a Jenkins that is up. */
    List<Header> COMMON = List.of(new Header("X-Content-Type-Options", "nosniff"), new Header("Vary", "Accept-Encoding"),
        new Header("Content-Security-Policy-Report-Only", POLICY));

    /** HudsonIsLoading/index.jelly: no X-Jenkins, and in the visitor's language. */
    static Pages starting() {
        return request -> {
            Language language = Language.of(request.acceptLanguage);
            return new Page(503, UNCACHED, document(language.tag(), "Starting Jenkins", "<h1 class=\"loading\"><p class=\"jenkins-spinner\">"
                + language.starting() + "</h1><p class=\"restarting\">" + language.reloading()));
        };
    }

    /** Configuration as Code's error.jelly, with the 503 of ConfigurationAsCodeBootFailure. */
    static Pages configurationFailed(String message) {
        Page page = new Page(503, UNCACHED, document("en", "Error loading configuration - Jenkins",
            "<h1>Error loading configuration</h1><p>" + escape(message) + "</p>"));
        return request -> page;
    }

    /** HudsonFailedToLoad/index.jelly. */
    static Pages failedToLoad(Throwable failure) {
        Page page = new Page(500, UNCACHED, document("en", "Jenkins", "<h1>Error</h1><pre>" + escape(Log.stackOf(failure)) + "</pre>"));
        return request -> page;
    }

    /** Everybody may see the login page and the health check; the rest is told apart by who may see what. */
    static Pages up(Access access) {
        String session = Home.randomHex(4), cookie = "JSESSIONID." + Home.randomHex(4);
        List<Header> jenkins = List.of(new Header("X-Hudson", "1.395"), new Header("X-Jenkins", Main.VERSION),
            new Header("X-Jenkins-Session", session));
        return request -> {
            Header visit = new Header("Set-Cookie", cookie + "=node0" + Home.randomHex(8) + ".node0; Path="
                + (request.prefix.isEmpty() ? "/" : request.prefix) + "; HttpOnly; SameSite=Lax");
            return switch (request.path) {
                // Stapler's way to a view: to its folder first.
                case "/health" -> new Page(302, with(COMMON, new Header("Location", request.prefix + "/health/" + request.query)), "");
                case "/health/" -> new Page(200, with(COMMON, new Header("Content-Type", "application/json;charset=utf-8")), "{\"status\":true}");
                case "/login" -> shown(200, "Sign in - Jenkins", "<h1>Sign in to Jenkins</h1>", jenkins, visit);
                case "/" -> access == Access.OPEN
                    ? shown(200, "Dashboard - Jenkins", "<h1>Welcome to Jenkins!</h1>", jenkins, visit)
                    : forbidden(request, access == Access.WIZARD ? List.of(ADMINISTER) : READ, jenkins, visit);
                default -> access == Access.OPEN ? shown(404, "Not Found - Jenkins", "<h1>Not Found</h1>", jenkins, visit)
                    : forbidden(request, READ, jenkins, visit);
            };
        };
    }

    String ADMINISTER = "hudson.model.Hudson.Administer";
    /** The permission to see anything, and those that imply it. */
    List<String> READ = List.of("hudson.model.Hudson.Read", "hudson.security.Permission.GenericRead", ADMINISTER);

    private static Page shown(int status, String title, String body, List<Header> jenkins, Header visit) {
        List<Header> headers = with(UNCACHED, new Header("Content-Security-Policy-Report-Only", POLICY), visit,
            new Header("X-Frame-Options", "sameorigin"), new Header("X-Hudson-Theme", "default"),
            new Header("Referrer-Policy", "same-origin"), new Header("Cross-Origin-Opener-Policy", "same-origin"));
        headers.addAll(jenkins);
        return new Page(status, headers, document("en-US", title, body));
    }

    /** HudsonAuthenticationEntryPoint and AccessDeniedException3. */
    private static Page forbidden(Request request, List<String> permissions, List<Header> jenkins, Header visit) {
        List<Header> headers = with(COMMON, HTML, visit, new Header("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
            new Header("X-You-Are-Authenticated-As", "anonymous"),
            new Header("X-You-Are-In-Group-Disabled", "JENKINS-39402: use "
                + "-Dhudson.security.AccessDeniedException2.REPORT_GROUP_HEADERS=true or use /whoAmI to diagnose"),
            new Header("X-Required-Permission", permissions.get(0)));
        permissions.stream().skip(1).forEach(permission -> headers.add(new Header("X-Permission-Implied-By", permission)));
        headers.addAll(jenkins);
        String from = URLEncoder.encode(request.prefix + request.path + request.query, StandardCharsets.UTF_8);
        String login = request.prefix + "/login?from=" + from;
        return new Page(403, headers, "<html><head><meta http-equiv='refresh' content='1;url=" + login + "'/></head>"
            + "<body style='background-color:white; color:white;'>\nAuthentication required\n<!--\n" + Main.STAND_IN
            + "\nYou are authenticated as: anonymous\nGroups that you are in:\n  anonymous\nPermission you need to have (but didn't): "
            + String.join("\n ... which is implied by: ", permissions) + "\n-->\n\n</body></html>");
    }

    private static List<Header> with(List<Header> headers, Header... more) {
        List<Header> all = new ArrayList<>(headers);
        all.addAll(List.of(more));
        return all;
    }

    private static String document(String language, String title, String body) {
        return "<!DOCTYPE html><html lang=\"" + language + "\"><head><title>" + title + "</title></head><body>" + body + "<footer>"
            + Main.STAND_IN + "</footer></body></html>\n";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
