import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the mistakes that people make in YAML (tabs, indentation, open quotes and brackets, lines that are nothing), and
 * the keys at its root. It is no parser: Jenkins's package brings one, and this one depends on Java alone.
 */
class Yaml {
    private static final Pattern LINE = Pattern.compile("( *)((?:- +)*)(.*)");
    private static final Pattern KEY = Pattern.compile("(\"[^\"]*\"|'[^']*'|[^\\s#\"'\\[{&*!|>%@`-][^#]*?|-[^\\s].*?)\\s*:(?:\\s+(.*))?");

    private final List<String> rootKeys = new ArrayList<>();
    private final Deque<Integer> indents = new ArrayDeque<>();
    private final String[] lines;

    private Yaml(String text) {
        lines = text.split("\r?\n", -1);
    }

    /** @throws IllegalArgumentException saying where and what, in SnakeYAML's words */
    static List<String> rootKeysOf(String text) {
        Yaml yaml = new Yaml(text);
        yaml.read();
        return yaml.rootKeys;
    }

    private void read() {
        for (int at = 0; at < lines.length; at++) {
            String line = lines[at].stripTrailing();
            if (line.isBlank() || line.stripLeading().startsWith("#") || line.matches("---|\\.\\.\\.|%.*")) continue;
            if (line.substring(0, line.length() - line.stripLeading().length()).contains("\t")) {
                throw mistake(at, "found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)");
            }
            at = readLine(at, line);
        }
    }

    /** @return the last line that belongs to the value which begins on this one */
    private int readLine(int at, String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) return at;
        int indent = parts.group(1).length();
        boolean deeper = indents.isEmpty() || indent > indents.peek();
        while (!indents.isEmpty() && indents.peek() > indent) indents.pop();
        if (!deeper && (indents.isEmpty() || indents.peek() != indent)) {
            throw mistake(at, "expected <block end>, but found '<block mapping start>'");
        }
        if (indents.isEmpty() || indents.peek() != indent) indents.push(indent);
        int inner = indent + parts.group(2).length();
        if (inner > indent) indents.push(inner);
        Matcher key = KEY.matcher(parts.group(3));
        if (inner == 0) {
            if (!key.matches()) throw mistake(at, "could not find expected ':'");
            rootKeys.add(key.group(1).replaceAll("^[\"']|[\"']$", ""));
        }
        String value = key.matches() ? key.group(2) : parts.group(3);
        return value == null ? at : endOfValue(at, value, indent);
    }

    private int endOfValue(int at, String value, int indent) {
        if (value.matches("[|>][-+0-9]*(\\s+#.*)?")) {
            int last = at;
            while (last + 1 < lines.length && (lines[last + 1].isBlank() || lines[last + 1].startsWith(" ".repeat(indent + 1)))) last++;
            return last;
        }
        return value.matches("[\\[{\"'].*") ? endOfFlow(at, value) : at;
    }

    private int endOfFlow(int start, String value) {
        Deque<Character> open = new ArrayDeque<>();
        String text = value;
        for (int at = start; ; text = lines[at]) {
            for (char c : text.replace("\\\"", "").replace("''", "").toCharArray()) {
                boolean quoted = !open.isEmpty() && "\"'".indexOf(open.peek()) >= 0;
                if (quoted ? c == open.peek() : !open.isEmpty() && c == closing(open.peek())) open.pop();
                else if (!quoted && "[{\"'".indexOf(c) >= 0) open.push(c);
            }
            if (open.isEmpty()) return at;
            if (++at == lines.length) throw mistake(start, "'" + open.peekLast() + "' is not closed: found unexpected end of stream");
        }
    }

    private static char closing(char opening) {
        return opening == '[' ? ']' : opening == '{' ? '}' : opening;
    }

    private static IllegalArgumentException mistake(int line, String what) {
        return new IllegalArgumentException(what + " (line " + (line + 1) + ")");
    }
}
