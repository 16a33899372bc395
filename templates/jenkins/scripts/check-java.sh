#!/bin/bash
# Fails when the Java that Jenkins would start with is another than JAVA_VERSION (a source image may prefer one of its own),
# or cannot do what Jenkins does first: a headless runtime only recommends some of the libraries that fonts need.
set -euo pipefail

found=$(java -version 2>&1 | sed -n 's/^openjdk version "\([0-9]*\).*/\1/p')
if [ "$found" != "$JAVA_VERSION" ]; then
  echo "Java $JAVA_VERSION is installed, but 'java' is version ${found:-unknown}: the source image prefers another one." >&2
  update-alternatives --display java >&2 || true
  exit 1
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# After hudson.WebAppMain, which ends a start when one of these fails, and what the update center needs.
cat >"$folder/CheckJava.java" <<'END_OF_PROGRAM'
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.imageio.ImageIO;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.xml.transform.TransformerFactory;

class CheckJava {
    private interface Step {
        void run() throws Exception;
    }

    private static boolean failed;

    public static void main(String[] args) {
        check("load a font", () -> new Font("SansSerif", Font.BOLD, 18).toString());
        check("draw text into an image", CheckJava::draw);
        check("write a temporary file", () -> {
            Path file = Files.createTempFile("check-java", ".txt");
            Files.writeString(file, "test");
            Files.delete(file);
        });
        check("transform XML", TransformerFactory::newInstance);
        check("trust the certificates of HTTPS servers", CheckJava::trust);
        System.exit(failed ? 1 : 0);
    }

    private static void draw() throws Exception {
        BufferedImage image = new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.setFont(new Font("SansSerif", Font.PLAIN, 12));
        graphics.drawString("Jenkins", 2, 20);
        graphics.dispose();
        if (!ImageIO.write(image, "png", new ByteArrayOutputStream())) throw new IllegalStateException("no writer for PNG images");
    }

    private static void trust() throws Exception {
        SSLContext.getDefault();
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        for (var manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager trust && trust.getAcceptedIssuers().length > 0) return;
        }
        throw new IllegalStateException("Java's list of trusted certificate authorities is empty");
    }

    private static void check(String what, Step step) {
        try {
            step.run();
        } catch (Throwable e) {
            Throwable cause = e;
            while (cause.getCause() != null) cause = cause.getCause();
            System.err.println("Java cannot " + what + ": " + cause);
            failed = true;
        }
    }
}
END_OF_PROGRAM

if java --list-modules | grep -q '^jdk\.compiler@'; then
  if ! java -Djava.awt.headless=true "$folder/CheckJava.java"; then
    echo "Java $JAVA_VERSION cannot do what Jenkins does first when it starts. A library or a package is missing in the image." >&2
    exit 1
  fi
else
  echo "This Java has no compiler to run the check with, so that only the libraries of AWT are looked at"
  home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
  libraries=()
  for name in awt awt_headless fontmanager javajpeg lcms; do
    if [ -e "$home/lib/lib$name.so" ]; then
      libraries+=("$home/lib/lib$name.so")
    fi
  done
  missing=''
  if [ "${#libraries[@]}" -gt 0 ]; then
    missing=$(LD_LIBRARY_PATH="$home/lib:$home/lib/server" ldd "${libraries[@]}" | grep 'not found' | sort -u || true)
  fi
  if [ -n "$missing" ]; then
    printf 'Java cannot load all of its libraries:\n%s\n' "$missing" >&2
    exit 1
  fi
fi
