import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** config.xml: whether it can be read is all that the stand-in wants to know of it. */
class Configuration {
    private static final String LAST_VERSION = """
        jenkins.util.xml.XMLUtils.parse(XMLUtils.java:149)
        jenkins.util.xml.XMLUtils.parse(XMLUtils.java:184)
        jenkins.util.xml.XMLUtils.getValue(XMLUtils.java:221)
        jenkins.util.xml.XMLUtils.getValue(XMLUtils.java:205)
        jenkins.install.InstallUtil.getLastExecVersion(InstallUtil.java:236)
        hudson.PluginManager.loadDetachedPlugins(PluginManager.java:794)
        hudson.LocalPluginManager.loadBundledPlugins(LocalPluginManager.java:87)
        hudson.PluginManager$1$1.run(PluginManager.java:456)
        """;
    private static final String LOAD = """
        hudson.XmlFile.unmarshal(XmlFile.java:179)
        jenkins.model.Jenkins.load(Jenkins.java:3359)
        jenkins.model.Jenkins.lambda$loadTasks$0(Jenkins.java:3476)
        """ + Stack.NAMED_TASK + Stack.REACTOR;
    private static final String UNMARSHAL = """
        com.thoughtworks.xstream.core.AbstractReferenceUnmarshaller.convert(AbstractReferenceUnmarshaller.java:72)
        com.thoughtworks.xstream.core.TreeUnmarshaller.convertAnother(TreeUnmarshaller.java:68)
        com.thoughtworks.xstream.core.TreeUnmarshaller.convertAnother(TreeUnmarshaller.java:52)
        com.thoughtworks.xstream.core.TreeUnmarshaller.start(TreeUnmarshaller.java:136)
        com.thoughtworks.xstream.core.AbstractTreeMarshallingStrategy.unmarshal(AbstractTreeMarshallingStrategy.java:32)
        com.thoughtworks.xstream.XStream.unmarshal(XStream.java:1468)
        hudson.util.XStream2.unmarshal(XStream2.java:230)
        hudson.util.XStream2.unmarshal(XStream2.java:201)
        com.thoughtworks.xstream.XStream.unmarshal(XStream.java:1445)
        hudson.XmlFile.unmarshal(XmlFile.java:196)
        """ + LOAD;
    private static final String READ = """
        com.thoughtworks.xstream.io.xml.AbstractPullReader.readRealEvent(AbstractPullReader.java:148)
        com.thoughtworks.xstream.io.xml.AbstractPullReader.readEvent(AbstractPullReader.java:135)
        com.thoughtworks.xstream.io.xml.AbstractPullReader.hasMoreChildren(AbstractPullReader.java:87)
        com.thoughtworks.xstream.io.ReaderWrapper.hasMoreChildren(ReaderWrapper.java:32)
        hudson.util.RobustReflectionConverter.doUnmarshal(RobustReflectionConverter.java:329)
        hudson.util.RobustReflectionConverter.unmarshal(RobustReflectionConverter.java:289)
        com.thoughtworks.xstream.core.TreeUnmarshaller.convert(TreeUnmarshaller.java:74)
        """ + UNMARSHAL;
    private static final String PULL = "com.thoughtworks.xstream.io.xml.StaxReader.pullNextEvent(StaxReader.java:";

    /** Which version of Jenkins ran here last stands in it. A broken file is reported here, and ends the start later. */
    static void readLastVersion(Path file) throws Exception {
        if (!Files.exists(file)) return;
        try (var bytes = Files.newInputStream(file)) {
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(bytes));
        } catch (SAXException e) {
            Log.severe("jenkins.install.InstallUtil#getLastExecVersion", "Unexpected error reading global config.xml",
                Stack.at(e, LAST_VERSION, Stack.NAMED_TASK, Stack.REACTOR));
        }
    }

    static void read(Path file) throws IOException {
        if (!Files.exists(file)) return;
        try (var bytes = Files.newInputStream(file)) {
            var reader = XMLInputFactory.newFactory().createXMLStreamReader(bytes);
            while (reader.hasNext()) reader.next();
        } catch (XMLStreamException e) {
            throw unreadable(file, e);
        }
    }

    private static IOException unreadable(Path file, XMLStreamException e) {
        Stack.at(e, PULL + "58)\n", READ);
        var read = Stack.at(new JenkinsException("com.thoughtworks.xstream.io.StreamException", "", e), PULL + "74)\n", READ);
        var converted = Stack.at(new JenkinsException("com.thoughtworks.xstream.converters.ConversionException", String.join("\n", "",
            "---- Debugging information ----",
            "cause-exception     : com.thoughtworks.xstream.io.StreamException",
            "cause-message       : ",
            "class               : hudson.model.Hudson",
            "required-type       : hudson.model.Hudson",
            "converter-type      : hudson.util.RobustReflectionConverter",
            "path                : /hudson",
            "line number         : " + e.getLocation().getLineNumber(),
            "version             : " + Main.VERSION,
            "-------------------------------"), read),
            "com.thoughtworks.xstream.core.TreeUnmarshaller.convert(TreeUnmarshaller.java:81)\n", UNMARSHAL);
        return Stack.at(new IOException("Unable to read " + file, converted), "hudson.XmlFile.unmarshal(XmlFile.java:199)\n", LOAD);
    }
}
