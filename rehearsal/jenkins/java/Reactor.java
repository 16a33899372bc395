import java.lang.reflect.InvocationTargetException;

/** The tasks of Jenkins's start, one after the other (org.jvnet.hudson.reactor.Reactor, jenkins.InitReactorRunner). */
class Reactor {
    private static final String LISTENER = "jenkins.InitReactorRunner$1";
    private static final String INITIALIZER = "hudson.init.TaskMethodFinder$TaskImpl.run(TaskMethodFinder.java:185)\n";
    private static final String CALL = "java.base/java.lang.reflect.Method.invoke(Method.java:565)\n"
        + "hudson.init.TaskMethodFinder.invoke(TaskMethodFinder.java:109)\n";
    private static final String REFLECTION = "java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:";

    /** Below the code of each initializer. */
    static final String INITIALIZED = REFLECTION + "104)\n" + CALL + INITIALIZER + Stack.REACTOR;

    interface Task {
        void run() throws Exception;
    }

    static void attain(String milestone) {
        Log.info(LISTENER + "#onAttained", milestone);
        Systemd.notify("EXTEND_TIMEOUT_USEC=15000000");
    }

    /** Logs a failure after which the start goes on: of a plugin that cannot be inspected or loaded. */
    static void report(String task, Throwable failure) {
        Log.severe(LISTENER + "#onTaskFailed", "Failed " + task, failure);
    }

    /**
     * Runs a task that ends the start when it fails, unless it fails for a class that is not there or does not fit: then
     * Jenkins takes it for a problem between plugins and goes on (runTask in jenkins.model.Jenkins).
     */
    static void run(String name, Task task) throws JenkinsException {
        try {
            task.run();
        } catch (Throwable failure) {
            if (isLinkageError(failure)) {
                Log.warning("jenkins.model.Jenkins$5#runTask", name + " failed perhaps due to plugin dependency issues", failure);
                return;
            }
            report(name, failure);
            throw failed(failure);
        }
    }

    /** What the whole start throws when a task of it failed. */
    static JenkinsException failed(Throwable failure) {
        var failed = new JenkinsException("org.jvnet.hudson.reactor.ReactorException", null, failure);
        return Stack.at(failed, Stack.EXECUTE_REACTOR, Stack.NEW_JENKINS);
    }

    /** Runs an initializer of a plugin (`@Initializer`), which Jenkins calls by reflection. */
    static void initialize(String name, String frame, Task initializer) throws JenkinsException {
        run(name, () -> {
            try {
                initializer.run();
            } catch (Throwable failure) {
                Stack.at(failure, frame + "\n", INITIALIZED);
                var called = Stack.at(new InvocationTargetException(failure), REFLECTION + "119)\n", CALL, INITIALIZER, Stack.REACTOR);
                throw Stack.at(new Error(called), "hudson.init.TaskMethodFinder.invoke(TaskMethodFinder.java:115)\n", INITIALIZER,
                    Stack.REACTOR);
            }
        });
    }

    private static boolean isLinkageError(Throwable failure) {
        return failure != null && (failure instanceof LinkageError || isLinkageError(failure.getCause()));
    }
}
