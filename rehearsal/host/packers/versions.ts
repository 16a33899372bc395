/** The versions that `npm run packers` builds, and that the scenarios run on beside the distribution's. */
export const packerVersion = '1.16.0'
export const amazonPluginVersion = '1.8.2'

/** What Debian and Ubuntu have as the package `packer`: the last release with the amazon builder built in. */
export const distributionVersion = '1.6.6'
