import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** Prints as Jenkins does (jenkinsci/lib-support-log-formatter, SupportLogFormatter), on standard error. */
class Log {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSZ");
    private static final int LONGEST_SOURCE = 32;

    static void info(String source, String text) {
        print("INFO", source, text, null);
    }

    static void info(String source, String text, Throwable thrown) {
        print("INFO", source, text, thrown);
    }

    static void warning(String source, String text) {
        print("WARNING", source, text, null);
    }

    static void warning(String source, String text, Throwable thrown) {
        print("WARNING", source, text, thrown);
    }

    static void severe(String source, String text, Throwable thrown) {
        print("SEVERE", source, text, thrown);
    }

    /** The root cause first, and each stack only as far as it differs from the one of the exception around it. */
    static String stackOf(Throwable thrown) {
        return stackOf(thrown, new StackTraceElement[0]);
    }

    private static String stackOf(Throwable thrown, StackTraceElement[] around) {
        StringBuilder text = new StringBuilder();
        StackTraceElement[] frames = thrown.getStackTrace();
        Throwable cause = thrown.getCause();
        String summary = marked(thrown.toString());
        if (cause != null) {
            text.append(stackOf(cause, frames)).append("Caused: ");
            // Java makes a cause the message of an exception that has none.
            String repeated = ": " + marked(cause.toString());
            if (summary.endsWith(repeated)) summary = summary.substring(0, summary.length() - repeated.length());
        }
        text.append(summary).append('\n');
        int end = frames.length, other = around.length;
        while (end > 0 && other > 0 && frames[end - 1].equals(around[other - 1])) {
            end--;
            other--;
        }
        for (int i = 0; i < end; i++) text.append("\tat ").append(frames[i]).append('\n');
        return text.toString();
    }

    private static synchronized void print(String level, String source, String text, Throwable thrown) {
        String[] parts = source.split("#");
        System.err.print(TIME.format(ZonedDateTime.now(ZoneOffset.UTC)) + " [id=" + Thread.currentThread().getId() + "]\t" + level
            + "\t" + abbreviated(parts[0]) + "#" + parts[1] + ": " + marked(text) + "\n" + (thrown == null ? "" : stackOf(thrown)));
    }

    /** A line of a message that is not its first is marked, so that no message can look like another entry. */
    private static String marked(String text) {
        return text.replaceAll("\n(?!\\z)", "\n[LF]> ");
    }

    /** From the left, packages are cut to one letter until the rest is short enough. */
    private static String abbreviated(String className) {
        String[] names = className.split("\\.");
        int length = className.length();
        if (length < LONGEST_SOURCE) return className;
        for (int i = 0; i < names.length - 1 && length > LONGEST_SOURCE; i++) {
            length -= names[i].length() - 1;
            names[i] = names[i].substring(0, 1);
        }
        return String.join(".", names);
    }
}
