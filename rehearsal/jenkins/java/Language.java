import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The sentences of the starting page in some of Jenkins's languages (core, hudson/util/HudsonIsLoading/*.properties).
 *
 * @param tag of the language that the page says it is in
 */
record Language(String tag, String starting, String reloading) {
    private static final String STARTING = "Jenkins is getting ready to work";
    private static final Map<String, List<String>> SENTENCES = Map.of(
        "en", List.of(STARTING, "Your browser will reload automatically when Jenkins is ready."),
        "de", List.of("Jenkins wird gestartet",
            "Der Webbrowser wird diese Seite automatisch neu laden, sobald Jenkins hochgefahren ist."),
        "fr", List.of("Attendre que Jenkins soit pr\u00eat",
            "Votre navigateur web sera rafra\u00eechi automatiquement lorsque Jenkins sera pr\u00eat."),
        "es", List.of("Espera hasta que Jenkins est\u00e9 listo.",
            "Su navegador recargar\u00e1 autom\u00e1ticamente esta p\u00e1gina cuando Jenkins est\u00e9 listo."),
        // Japanese has the second sentence alone.
        "ja", List.of(STARTING, "Jenkins\u306e\u6e96\u5099\u304c\u5b8c\u4e86\u3059\u308b\u3068\u3001"
            + "\u30d6\u30e9\u30a6\u30b6\u306f\u81ea\u52d5\u7684\u306b\u30ea\u30ed\u30fc\u30c9\u3055\u308c\u307e\u3059\u3002"));

    /** @param accepted the header Accept-Language, or null: then it is this machine's language */
    static Language of(String accepted) {
        Locale locale = Locale.getDefault();
        try {
            if (accepted != null && !accepted.isBlank()) {
                Locale first = Locale.forLanguageTag(Locale.LanguageRange.parse(accepted).get(0).getRange());
                if (SENTENCES.containsKey(first.getLanguage())) locale = first;
            }
        } catch (IllegalArgumentException e) {
            // Jenkins does not mind a header that is none.
        }
        List<String> sentences = SENTENCES.getOrDefault(locale.getLanguage(), SENTENCES.get("en"));
        return new Language(locale.toLanguageTag(), sentences.get(0), sentences.get(1));
    }
}
