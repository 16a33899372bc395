/** An exception under the name that Jenkins's own has. */
class JenkinsException extends Exception {
    private static final long serialVersionUID = 1;
    private final String jenkinsName;

    JenkinsException(String jenkinsName, String message, Throwable cause) {
        super(message, cause);
        this.jenkinsName = jenkinsName;
    }

    @Override
    public String toString() {
        return getMessage() == null ? jenkinsName : jenkinsName + ": " + getMessage();
    }
}
