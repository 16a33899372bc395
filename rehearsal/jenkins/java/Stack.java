import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where Jenkins's own code stands when something happens in it: stacks as its release 2.568.2 prints them (measured on
 * Java 25). They make a log as long and as deep as Jenkins's own.
 */
class Stack {
    /** A task of the start that Jenkins's code adds by name. */
    static final String NAMED_TASK = """
        org.jvnet.hudson.reactor.TaskGraphBuilder$TaskImpl.run(TaskGraphBuilder.java:175)
        """;

    /** Below each task of the start. */
    static final String REACTOR = """
        org.jvnet.hudson.reactor.Reactor.runTask(Reactor.java:304)
        jenkins.model.Jenkins$5.runTask(Jenkins.java:1151)
        org.jvnet.hudson.reactor.Reactor$2.run(Reactor.java:221)
        org.jvnet.hudson.reactor.Reactor$Node.run(Reactor.java:120)
        jenkins.security.ImpersonatingExecutorService.lambda$wrap$0(ImpersonatingExecutorService.java:66)
        java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1090)
        java.base/java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:614)
        java.base/java.lang.Thread.run(Thread.java:1474)
        """;

    static final String EXECUTE_REACTOR = """
        org.jvnet.hudson.reactor.Reactor.execute(Reactor.java:290)
        jenkins.InitReactorRunner.run(InitReactorRunner.java:49)
        jenkins.model.Jenkins.executeReactor(Jenkins.java:1186)
        jenkins.model.Jenkins.<init>(Jenkins.java:985)
        """;

    static final String NEW_JENKINS = """
        hudson.model.Hudson.<init>(Hudson.java:100)
        hudson.model.Hudson.<init>(Hudson.java:85)
        hudson.WebAppMain$3.run(WebAppMain.java:249)
        """;

    static final String PUBLISH = """
        hudson.WebAppMain$3.run(WebAppMain.java:277)
        """;

    static final String MAIN = """
        Jenkins Main ClassLoader//winstone.Launcher.main(Launcher.java:493)
        java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:104)
        java.base/java.lang.reflect.Method.invoke(Method.java:565)
        executable.Main.main(Main.java:332)
        """;

    /** From the web application's listener down to main. */
    static final String CONTAINER = jetty("""
        ee9.nested.ContextHandler.callContextInitialized(ContextHandler.java:900)
        ee9.servlet.ServletContextHandler.callContextInitialized(ServletContextHandler.java:596)
        ee9.nested.ContextHandler.contextInitialized(ContextHandler.java:837)
        ee9.servlet.ServletHandler.initialize(ServletHandler.java:746)
        ee9.servlet.ServletContextHandler.startContext(ServletContextHandler.java:364)
        ee9.webapp.WebAppContext.startWebapp(WebAppContext.java:1418)
        ee9.webapp.WebAppContext.startContext(WebAppContext.java:1380)
        ee9.nested.ContextHandler.doStartInContext(ContextHandler.java:694)
        server.handler.ContextHandler$ScopedContext.call(ContextHandler.java:1632)
        ee9.nested.ContextHandler.doStart(ContextHandler.java:678)
        ee9.servlet.ServletContextHandler.doStart(ServletContextHandler.java:278)
        ee9.webapp.WebAppContext.doStart(WebAppContext.java:587)
        util.component.AbstractLifeCycle.start(AbstractLifeCycle.java:92)
        util.component.ContainerLifeCycle.start(ContainerLifeCycle.java:170)
        util.component.ContainerLifeCycle.doStart(ContainerLifeCycle.java:114)
        server.Handler$Abstract.doStart(Handler.java:545)
        server.handler.ContextHandler.lambda$doStart$0(ContextHandler.java:913)
        server.handler.ContextHandler$ScopedContext.call(ContextHandler.java:1638)
        server.handler.ContextHandler.doStart(ContextHandler.java:913)
        ee9.nested.ContextHandler$CoreContextHandler.doStart(ContextHandler.java:2866)
        util.component.AbstractLifeCycle.start(AbstractLifeCycle.java:92)
        util.component.ContainerLifeCycle.start(ContainerLifeCycle.java:170)
        util.component.ContainerLifeCycle.doStart(ContainerLifeCycle.java:121)
        server.Handler$Abstract.doStart(Handler.java:545)
        server.handler.gzip.GzipHandler.doStart(GzipHandler.java:140)
        util.component.AbstractLifeCycle.start(AbstractLifeCycle.java:92)
        util.component.ContainerLifeCycle.start(ContainerLifeCycle.java:170)
        server.Server.start(Server.java:689)
        util.component.ContainerLifeCycle.doStart(ContainerLifeCycle.java:121)
        server.Handler$Abstract.doStart(Handler.java:545)
        server.Server.doStart(Server.java:630)
        util.component.AbstractLifeCycle.start(AbstractLifeCycle.java:92)
        """) + "Jenkins Main ClassLoader//winstone.Launcher.<init>(Launcher.java:193)\n" + MAIN;

    /** From the web application's listener down to the hook that ends the process. */
    static final String SHUTDOWN = jetty("""
        ee9.nested.ContextHandler.callContextDestroyed(ContextHandler.java:910)
        ee9.servlet.ServletContextHandler.callContextDestroyed(ServletContextHandler.java:608)
        ee9.nested.ContextHandler.contextDestroyed(ContextHandler.java:867)
        ee9.servlet.ServletHandler.doStop(ServletHandler.java:307)
        util.component.AbstractLifeCycle.stop(AbstractLifeCycle.java:131)
        util.component.ContainerLifeCycle.stop(ContainerLifeCycle.java:181)
        util.component.ContainerLifeCycle.doStop(ContainerLifeCycle.java:203)
        ee9.nested.AbstractHandler.doStop(AbstractHandler.java:88)
        ee9.security.SecurityHandler.doStop(SecurityHandler.java:414)
        ee9.security.ConstraintSecurityHandler.doStop(ConstraintSecurityHandler.java:413)
        util.component.AbstractLifeCycle.stop(AbstractLifeCycle.java:131)
        util.component.ContainerLifeCycle.stop(ContainerLifeCycle.java:181)
        util.component.ContainerLifeCycle.doStop(ContainerLifeCycle.java:203)
        ee9.nested.AbstractHandler.doStop(AbstractHandler.java:88)
        util.component.AbstractLifeCycle.stop(AbstractLifeCycle.java:131)
        util.component.ContainerLifeCycle.stop(ContainerLifeCycle.java:181)
        util.component.ContainerLifeCycle.doStop(ContainerLifeCycle.java:203)
        ee9.nested.AbstractHandler.doStop(AbstractHandler.java:88)
        ee9.nested.ContextHandler.stopContext(ContextHandler.java:890)
        ee9.servlet.ServletContextHandler.stopContext(ServletContextHandler.java:371)
        ee9.webapp.WebAppContext.stopWebapp(WebAppContext.java:1427)
        ee9.webapp.WebAppContext.stopContext(WebAppContext.java:1387)
        ee9.nested.ContextHandler.doStopInContext(ContextHandler.java:741)
        server.handler.ContextHandler$ScopedContext.call(ContextHandler.java:1632)
        ee9.nested.ContextHandler.doStop(ContextHandler.java:734)
        ee9.servlet.ServletContextHandler.doStop(ServletContextHandler.java:284)
        util.component.AbstractLifeCycle.stop(AbstractLifeCycle.java:131)
        util.component.ContainerLifeCycle.stop(ContainerLifeCycle.java:181)
        util.component.ContainerLifeCycle.doStop(ContainerLifeCycle.java:203)
        server.Handler$Abstract.doStop(Handler.java:553)
        server.handler.ContextHandler.lambda$doStop$0(ContextHandler.java:961)
        server.handler.ContextHandler$ScopedContext.call(ContextHandler.java:1638)
        server.handler.ContextHandler.doStop(ContextHandler.java:961)
        ee9.nested.ContextHandler$CoreContextHandler.doStop(ContextHandler.java:2891)
        util.component.AbstractLifeCycle.stop(AbstractLifeCycle.java:131)
        util.component.ContainerLifeCycle.stop(ContainerLifeCycle.java:181)
        util.component.ContainerLifeCycle.doStop(ContainerLifeCycle.java:203)
        server.Handler$Abstract.doStop(Handler.java:553)
        server.handler.gzip.GzipHandler.doStop(GzipHandler.java:146)
        util.component.AbstractLifeCycle.stop(AbstractLifeCycle.java:131)
        util.component.ContainerLifeCycle.stop(ContainerLifeCycle.java:181)
        util.component.ContainerLifeCycle.doStop(ContainerLifeCycle.java:203)
        server.Handler$Abstract.doStop(Handler.java:553)
        server.Server.doStop(Server.java:738)
        util.component.AbstractLifeCycle.stop(AbstractLifeCycle.java:131)
        """) + """
        Jenkins Main ClassLoader//winstone.Launcher.shutdown(Launcher.java:441)
        Jenkins Main ClassLoader//winstone.ShutdownHook.run(ShutdownHook.java:28)
        """;

    private static String jetty(String frames) {
        return frames.lines().map(frame -> "Jenkins Main ClassLoader//org.eclipse.jetty." + frame + "\n").collect(Collectors.joining());
    }

    /**
     * Puts an exception at a place in Jenkins's code. What Java's own code was doing when it threw it remains above.
     *
     * @param places stacks from the inner to the outer
     */
    static <T extends Throwable> T at(T thrown, String... places) {
        Stream<StackTraceElement> java = Arrays.stream(thrown.getStackTrace()).takeWhile(Stack::isJava);
        Stream<StackTraceElement> jenkins = String.join("", places).lines().filter(line -> !line.isBlank()).map(Stack::parse);
        thrown.setStackTrace(Stream.concat(java, jenkins).toArray(StackTraceElement[]::new));
        return thrown;
    }

    private static boolean isJava(StackTraceElement frame) {
        return frame.getModuleName() != null && frame.getModuleName().startsWith("java.");
    }

    /** A line such as `java.base/java.lang.Thread.run(Thread.java:1474)`. */
    private static StackTraceElement parse(String line) {
        String[] call = line.split("[()]");
        String[] where = call[1].split(":");
        int slash = call[0].lastIndexOf('/'), dot = call[0].lastIndexOf('.');
        String owner = slash < 0 ? null : call[0].substring(0, slash);
        boolean isLoader = owner != null && owner.endsWith("/");
        return new StackTraceElement(isLoader ? owner.substring(0, owner.length() - 1) : null, isLoader ? null : owner, null,
            call[0].substring(slash + 1, dot), call[0].substring(dot + 1), where[0].equals("Native Method") ? null : where[0],
            where.length > 1 ? Integer.parseInt(where[1]) : where[0].equals("Native Method") ? -2 : -1);
    }
}
