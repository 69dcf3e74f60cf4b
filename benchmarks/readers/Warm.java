import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import net.sourceforge.plantuml.SourceStringReader;
import net.sourceforge.plantuml.core.Diagram;
import net.sourceforge.plantuml.error.PSystemError;
import net.sourceforge.plantuml.version.Version;

/**
 * Lets PlantUML parse the same diagrams again and again in one process; nothing is drawn.
 *
 * <p>Standard input: a count, as many file names, then commands. The files are answered with PlantUML's version,
 * "time" with the nanoseconds for each file, "kinds" with the class of each diagram, "-" where it is an error.
 */
public class Warm {
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        String[] texts = new String[Integer.parseInt(in.readLine().trim())];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = new String(Files.readAllBytes(Paths.get(in.readLine())), "UTF-8");
        }
        out.println(Version.versionString());
        for (String command = in.readLine(); command != null; command = in.readLine()) {
            StringBuilder answer = new StringBuilder();
            for (String text : texts) {
                long begun = System.nanoTime();
                Diagram diagram = parse(text);
                long taken = System.nanoTime() - begun;
                answer.append(command.equals("time") ? Long.toString(taken) : kind(diagram)).append(' ');
            }
            out.println(answer);
        }
    }

    private static Diagram parse(String text) {
        try {
            return new SourceStringReader(text).getBlocks().get(0).getDiagram();
        } catch (Throwable refused) {
            return null;
        }
    }

    private static String kind(Diagram diagram) {
        return diagram == null || diagram instanceof PSystemError ? "-" : diagram.getClass().getSimpleName();
    }
}
