/** The sentences of the starting page in some of Jenkins's languages (core, hudson/util/HudsonIsLoading/*.properties). */
interface Sentences {
  readonly starting: string
  readonly reloading: string
}

const english: Sentences = {
  starting: 'Jenkins is getting ready to work',
  reloading: 'Your browser will reload automatically when Jenkins is ready.'
}

const sentences = new Map<string, Sentences>([
  ['en', english],
  [
    'de',
    {
      starting: 'Jenkins wird gestartet',
      reloading: 'Der Webbrowser wird diese Seite automatisch neu laden, sobald Jenkins hochgefahren ist.'
    }
  ],
  [
    'fr',
    {
      starting: 'Attendre que Jenkins soit prêt',
      reloading: 'Votre navigateur web sera rafraîchi automatiquement lorsque Jenkins sera prêt.'
    }
  ],
  [
    'es',
    {
      starting: 'Espera hasta que Jenkins esté listo.',
      reloading: 'Su navegador recargará automáticamente esta página cuando Jenkins esté listo.'
    }
  ],
  // Japanese has the second sentence alone.
  ['ja', {...english, reloading: 'Jenkinsの準備が完了すると、ブラウザは自動的にリロードされます。'}]
])

/** @param accepted the first language of the header Accept-Language is taken; English where it is none of these */
export function inLanguage(accepted: string): Sentences & {readonly language: string} {
  const language = /^[a-z]+/i.exec(accepted.trim())?.[0].toLowerCase() ?? ''
  const found = sentences.get(language)
  return found === undefined ? {language: 'en', ...english} : {language, ...found}
}
