import {either, inOneLine} from '../../lib/pattern.ts'
import type {Rule} from './rule.ts'

const reasons =
  'Unauthorized|Forbidden|Not Found|Gone|Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|(?:Client|Server) Error'

/** A status in the words of curl, git, wget, apt, dnf, yum, npm, pip, Java and Python. */
function answered(status: string): RegExp {
  return new RegExp(
    `(?:returned error: |HTTP response code: |[Ss]tatus code:? |HTTPS? [Ee]rror:? )(?:${status})\\b|` +
      `\\bERROR (?:${status}):|\\b(?:${status})(?: {1,2}| - )(?:${reasons})\\b`
  )
}

/** Why a script could not load what it needs. The first that fits counts. */
export const networkRules: readonly Rule[] = [
  {
    id: 'proxy-credentials',
    title: 'A proxy asks for credentials',
    pattern: either(answered('407'), /\b407 from proxy|tunnel failed, response 407\b|Proxy Authentication Required/),
    cause: 'The proxy that a script has to use does not let it through without a user and a password.',
    change:
      "Give the proxy's credentials to the program that the script calls (https_proxy=http://USER:PASSWORD@HOST:PORT, or Acquire::http::Proxy of apt), from a variable that the template declares as sensitive; or let the proxy accept the machine's address without them.",
    onRunner: {
      change:
        "Give the proxy's credentials to the program that the script calls (https_proxy=http://USER:PASSWORD@HOST:PORT), from a variable that the template declares as sensitive."
    }
  },
  {
    id: 'proxy-refuses',
    title: 'A proxy refuses the server',
    pattern:
      /HTTP code [45]\d\d from proxy|tunnel failed, response [45]|Proxy tunneling failed: |Tunnel connection failed: |Invalid response from proxy: /,
    cause: 'The proxy that a script has to use does not connect it to the server.',
    change: "Let the proxy's rules allow that server, or name it in no_proxy if it can be reached without the proxy.",
    onRunner: {}
  },
  {
    id: 'proxy-name',
    title: "A proxy's name cannot be resolved",
    pattern: /(?:Could not|Couldn't) resolve proxy|curl: \(5\)/,
    cause: 'The name of the proxy that a script has to use does not exist, or cannot be resolved there.',
    change:
      "Correct the proxy's address (https_proxy, http_proxy, or the package manager's own setting). A name of a private network needs that network's DNS server.",
    onRunner: {}
  },
  {
    id: 'certificate-refused',
    title: 'The certificate of a server is not trusted',
    pattern: either(
      /SSL certificate problem|SSL: no alternative certificate|curl(?:: \((?:60|77)\)|#60 )|CERTIFICATE_VERIFY_FAILED/,
      /certificate verif(?:y failed|ication failed)|PKIX path building failed|x509: certificate /i,
      /cannot verify \S+'s certificate|^ERROR: The certificate of \S+ (?:is not|doesn't have|has)/,
      /(?:SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF|CERT_HAS_EXPIRED)/
    ),
    cause:
      'A server was reached, but a script does not trust its certificate. Most often a proxy on the way opens the connection and signs with a certificate authority of its own.',
    change:
      "Install that authority's certificate on the machine before the download (update-ca-certificates on Debian and Ubuntu, update-ca-trust on Amazon Linux; pip, npm and Java may need it as well: PIP_CERT, NODE_EXTRA_CA_CERTS, keytool). Without such a proxy: install ca-certificates, and check the machine's clock and the name in the URL.",
    onRunner: {
      change:
        "Let this runner trust that authority in a step before this one (update-ca-certificates; pip, npm and Java may need it as well: PIP_CERT, NODE_EXTRA_CA_CERTS, keytool). Without such a proxy: check the name in the URL and the server's certificate."
    }
  },
  {
    id: 'rate-limit',
    title: 'A server limits the number of requests',
    pattern: either(
      answered('429'),
      /\btoomanyrequests: |\brate limit exceeded|reached your (?:\w+ )?pull rate limit/i
    ),
    cause: 'A server answered that too many requests came from this address or account. It does have the file.',
    change:
      'Run the job again later; sign in to that server in the script, because most servers allow more to known users; or load from a mirror or a cache of your own.',
    onRunner: {}
  },
  {
    id: 'access-refused',
    title: 'A server refuses access',
    pattern: either(
      answered('401|403'),
      /^Username\/Password Authentication Failed|^fatal: (?:could not read (?:Username|Password) for |Authentication failed for )/,
      /denied: requested access to the resource is denied|unauthorized: authentication required/
    ),
    cause: 'A server answered that the script may not have what it asks for: credentials are missing or wrong.',
    change:
      "Give the script credentials that may read it, as a variable that the template declares as sensitive. If everybody may read it: a proxy, or the policy of a VPC endpoint, may refuse it on the way (Amazon Linux's repositories are in S3), or the server refuses addresses of clouds.",
    onRunner: {}
  },
  {
    id: 'server-error',
    title: 'A server has an error',
    pattern: answered('5\\d\\d'),
    cause: 'A server, or a proxy in front of it, answered that it has a problem of its own.',
    change:
      'Run the job again later. If it goes on, look for a status page of the server, or load from another mirror.',
    onRunner: {}
  },
  {
    id: 'repository-key-expired',
    title: "A repository's signing key has expired",
    pattern: either(/\bEXPKEYSIG\b|KEYEXPIRED/i, inOneLine(/key|not live/i, /\bExpired on \d/i)),
    cause: 'The key that signs a package repository has expired, or the machine has an old copy of it.',
    change:
      "Install the repository's renewed key. If the repository has a new key, the key's URL has changed as well. Also check the machine's clock."
  },
  {
    id: 'repository-key-missing',
    title: "A repository's signing key is missing",
    // apt says `is not signed` as well when it may not read the signature.
    pattern: /\bNO_PUBKEY\b|Missing key [0-9A-F]{16,}|public key is not available|GPG check FAILED|is not signed\.$/,
    cause: 'A package repository is signed by a key that the machine does not trust, or is not signed at all.',
    change:
      "Install the repository's current key in the script, and name it in signed-by (apt) or gpgkey (dnf) of the source. Repositories change their keys: Jenkins did in December 2025."
  },
  {
    id: 'no-bus',
    title: 'systemd cannot be reached',
    pattern: /Failed to connect to (?:(?:system|user) scope )?bus\b/,
    cause: 'systemctl (or a similar program) in a script cannot reach systemd.',
    change:
      'For systemctl --user: `loginctl enable-linger USER`, and set XDG_RUNTIME_DIR to /run/user/UID in the script. Otherwise systemd does not run where the script does: do not call systemctl in a chroot or a container.',
    onRunner: {}
  },
  {
    id: 'name-unresolved',
    title: 'A name cannot be resolved on the machine',
    pattern:
      /Could not resolve|Temporary failure (in name resolution|resolving)|Name or service not known|Couldn't resolve host/,
    cause: "The build's machine could not resolve the name of a server.",
    change:
      'Check the name. Otherwise the subnet has no route to the internet: it needs an internet gateway or a NAT gateway in its route table, and the VPC needs DNS support.',
    onRunner: {
      cause: 'A script that runs on this runner (shell-local) could not resolve the name of a server.',
      change: "Check the name and this runner's DNS. Behind a proxy, set HTTPS_PROXY in the env of this step."
    }
  },
  {
    id: 'connection-refused',
    title: 'A connection is refused',
    pattern: either(
      /connection refused/i,
      inOneLine(/\b(?:localhost|127\.0\.0\.1)\b/, /(?:Couldn't|Could not) connect to server/)
    ),
    cause:
      'A script wants to connect to a port on which nothing listens, or whose firewall rejects it. The route to it is not the reason.',
    change:
      "Check the port, and whether that server is up; with a proxy, check the proxy's address. If it is a service on the same machine (localhost), start it earlier and wait until it answers; `journalctl -u NAME` says why it does not start.",
    onRunner: {
      change:
        "Check the port, and whether that server is up; with a proxy, check the proxy's address. The script runs on this runner (shell-local): localhost is the runner, and for a service on the build's machine use a provisioner that runs there (shell)."
    }
  },
  {
    id: 'repository-unreachable',
    title: 'A server cannot be reached from the machine',
    pattern:
      /Failed to connect to|Could not connect to|Connection timed out|Network is unreachable|Cannot initiate the connection|curl: \((?:7|28|35|52|56)\)/,
    cause: "The build's machine could not connect to a server that a script needs.",
    change:
      "Run the job again if the server was down. Otherwise check the subnet's route table and network ACL, and the proxy that the machine has to use.",
    onRunner: {
      cause: 'A script that runs on this runner (shell-local) could not connect to a server.',
      change:
        'Run the job again if the server was down. Otherwise check what stands between this runner and the server: firewall, HTTPS_PROXY.'
    }
  },
  {
    id: 'package-missing',
    title: 'A package does not exist',
    pattern: either(
      /Unable to locate package|has no installation candidate|No match for argument|Unable to find a match/,
      inOneLine(/Version '/, /' for '/, /' was not found/),
      inOneLine(/No package /, / available/)
    ),
    cause: 'A package, or that version of it, does not exist for the distribution of the source image.',
    change:
      'Correct its name or version. Package lists differ between distributions and releases, and old versions are removed from them.'
  },
  {
    id: 'download-missing',
    title: 'A download does not exist',
    pattern: either(
      answered('404|410'),
      /does not have a Release file|\bmanifest unknown\b|^fatal: repository '[^']*' not found/,
      inOneLine(/failed to resolve reference /, /: not found$/)
    ),
    cause: 'A server answered that it does not have the file that a script wants to download.',
    change:
      'Correct the URL, or the release of the distribution in it. A mirror may be in the middle of an update: run the job again. GitHub says the same of a private repository to those who may not read it.',
    onRunner: {}
  }
]
