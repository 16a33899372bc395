import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** Prints as Jenkins's SupportLogFormatter does, on standard error. */
class Log {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSZ");

    static void info(String source, String text) {
        print("INFO", source, text);
    }

    static void warning(String source, String text) {
        print("WARNING", source, text);
    }

    static void severe(String source, String text, Throwable thrown) {
        print("SEVERE", source, text + System.lineSeparator() + stackOf(thrown));
    }

    /** As Functions.printThrowable prints it: the root cause first. */
    static String stackOf(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        if (thrown.getCause() != null) text.append(stackOf(thrown.getCause())).append("Caused: ");
        text.append(thrown).append('\n');
        for (StackTraceElement frame : thrown.getStackTrace()) text.append("\tat ").append(frame).append('\n');
        return text.toString();
    }

    private static synchronized void print(String level, String source, String text) {
        String time = TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
        System.err.println(time + " [id=" + Thread.currentThread().getId() + "]\t" + level + "\t" + source + ": " + text);
    }
}
