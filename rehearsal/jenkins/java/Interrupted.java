import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;

/** The tasks that run beside one that fails are interrupted while they save, and say so: the cause is not the last stack. */
class Interrupted {
    private static final String WRITE = """
        java.base/java.nio.channels.spi.AbstractInterruptibleChannel.end(AbstractInterruptibleChannel.java:214)
        java.base/sun.nio.ch.FileChannelImpl.endBlocking(FileChannelImpl.java:181)
        java.base/sun.nio.ch.FileChannelImpl.implWrite(FileChannelImpl.java:364)
        java.base/sun.nio.ch.FileChannelImpl.write(FileChannelImpl.java:335)
        hudson.util.FileChannelWriter.write(FileChannelWriter.java:73)
        """;
    private static final String METHOD = """
        java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:104)
        java.base/java.lang.reflect.Method.invoke(Method.java:565)
        hudson.init.TaskMethodFinder.invoke(TaskMethodFinder.java:109)
        hudson.init.TaskMethodFinder$TaskImpl.run(TaskMethodFinder.java:185)
        """;
    private static final String XML_FILE = "hudson.XmlFile.write(XmlFile.java:223)\n";
    private static final String UPDATE_CENTER = """
        hudson.model.UpdateCenter.save(UpdateCenter.java:1014)
        hudson.util.PersistedList.onModified(PersistedList.java:190)
        hudson.util.PersistedList._onModified(PersistedList.java:221)
        hudson.util.PersistedList.add(PersistedList.java:82)
        hudson.model.UpdateCenter.load(UpdateCenter.java:1049)
        hudson.model.UpdateCenter.init(UpdateCenter.java:2873)
        """;
    private static final String CORRELATOR = """
        java.base/java.io.Writer.write(Writer.java:289)
        hudson.util.AtomicFileWriter.write(AtomicFileWriter.java:180)
        java.base/java.io.Writer.write(Writer.java:248)
        hudson.XmlFile.write(XmlFile.java:212)
        hudson.model.Descriptor.save(Descriptor.java:966)
        jenkins.telemetry.Correlator.<init>(Correlator.java:52)
        """;
    private static final String FIRST_VERIFY = """
        hudson.ExtensionList.load(ExtensionList.java:389)
        hudson.ExtensionList.ensureLoaded(ExtensionList.java:308)
        hudson.ExtensionList.iterator(ExtensionList.java:160)
        hudson.diagnosis.NullIdDescriptorMonitor.verify(NullIdDescriptorMonitor.java:72)
        """;

    static void report(Path home) {
        var write = Stack.at(new ClosedByInterruptException(), WRITE, "hudson.util.AtomicFileWriter.write(AtomicFileWriter.java:185)\n",
            "hudson.XmlFile.write(XmlFile.java:216)\n", UPDATE_CENTER, METHOD, Stack.REACTOR);
        Log.warning("hudson.model.UpdateCenter#save", "Failed to save " + home.resolve("hudson.model.UpdateCenter.xml"),
            Stack.at(new IOException(write), XML_FILE, UPDATE_CENTER, METHOD, Stack.REACTOR));
        Log.warning("hudson.model.Descriptor#save", "Failed to save " + home.resolve("jenkins.telemetry.Correlator.xml"),
            Stack.at(new ClosedByInterruptException(), WRITE, CORRELATOR, Extensions.PROVISION, Extensions.SCOPE, Extensions.FIND,
                FIRST_VERIFY, METHOD, Stack.REACTOR));
    }
}
