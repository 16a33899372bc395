import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Jenkins's SystemdLifecycle: tells systemd from this very process, because the unit says NotifyAccess=main. */
class Systemd {
    private static final int LIBRARY_BYTES = 130_000;
    private static MethodHandle sdNotify;

    static boolean isOurs() {
        return System.getenv("NOTIFY_SOCKET") != null;
    }

    /**
     * Calls sd_notify(3) of libsystemd, as Jenkins does through JNA. The way is Java's own foreign function interface, by
     * reflection: in Java 21 javac still takes it for a preview, and an older compiler does not know it at all.
     *
     * @throws UnsatisfiedLinkError where JNA finds no room for its library
     */
    static synchronized void notify(String message) {
        if (!isOurs()) return;
        if (sdNotify == null) unpackLibrary();
        try {
            if (sdNotify == null) sdNotify = findSdNotify();
            int result = (int) sdNotify.invokeWithArguments(0, cString(message));
            if (result < 0) Log.warning("hudson.lifecycle.SystemdLifecycle#notify", "sd_notify(3) returned " + result);
        } catch (Throwable e) {
            Log.severe("hudson.lifecycle.SystemdLifecycle#notify", "sd_notify(3) could not be called", e);
        }
    }

    /** JNA writes its own library to the user's home, loads it and deletes it; the folder remains. */
    private static void unpackLibrary() {
        try {
            Path folder = Files.createDirectories(Path.of(System.getProperty("user.home"), ".cache/JNA/temp"));
            Path library = Files.createTempFile(folder, "jna", ".tmp");
            Files.write(Failure.DISK_FULL.isWanted() ? Path.of("/dev/full") : library, new byte[LIBRARY_BYTES]);
            Files.delete(library);
        } catch (IOException e) {
            throw Stack.at(new UnsatisfiedLinkError("Failed to create temporary file for /com/sun/jna/linux-x86-64/libjnidispatch.so library: "
                + e.getMessage()), """
                com.sun.jna.Native.loadNativeDispatchLibraryFromClasspath(Native.java:1055)
                com.sun.jna.Native.loadNativeDispatchLibrary(Native.java:1011)
                com.sun.jna.Native.<clinit>(Native.java:221)
                hudson.lifecycle.SystemdLifecycle$Systemd.<clinit>(SystemdLifecycle.java:24)
                hudson.lifecycle.SystemdLifecycle.notify(SystemdLifecycle.java:60)
                hudson.lifecycle.SystemdLifecycle.onStatusUpdate(SystemdLifecycle.java:56)
                """);
        }
    }

    private static MethodHandle findSdNotify() throws ReflectiveOperationException {
        Class<?> arena = foreign("Arena"), lookup = foreign("SymbolLookup"), linker = foreign("Linker");
        Class<?> layout = foreign("MemoryLayout"), value = foreign("ValueLayout"), descriptor = foreign("FunctionDescriptor");
        Object library = lookup.getMethod("libraryLookup", String.class, arena)
            .invoke(null, "libsystemd.so.0", arena.getMethod("global").invoke(null));
        Object function = ((Optional<?>) lookup.getMethod("find", String.class).invoke(library, "sd_notify")).orElseThrow();
        Object anInt = value.getField("JAVA_INT").get(null);
        Object parameters = Array.newInstance(layout, 2);
        Array.set(parameters, 0, anInt);
        Array.set(parameters, 1, value.getField("ADDRESS").get(null));
        Object signature = descriptor.getMethod("of", layout, parameters.getClass()).invoke(null, anInt, parameters);
        Object options = Array.newInstance(foreign("Linker$Option"), 0);
        return (MethodHandle) linker.getMethod("downcallHandle", foreign("MemorySegment"), descriptor, options.getClass())
            .invoke(linker.getMethod("nativeLinker").invoke(null), function, signature, options);
    }

    private static Object cString(String text) throws ReflectiveOperationException {
        byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return foreign("MemorySegment").getMethod("ofBuffer", Buffer.class).invoke(null, buffer);
    }

    private static Class<?> foreign(String name) throws ClassNotFoundException {
        return Class.forName("java.lang.foreign." + name);
    }
}
