package dev.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.audit.AuditRecord.Phase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Nothing a target is called, and nothing anybody says, can forge or break a line. */
class JournalLineProperties {
  private static final String FORGERY =
      "x\",\"hash\":\""
          + "0".repeat(64)
          + "\"}\n{\"v\":1,\"seq\":2,\"d\":9,\"ts\":\"2026-01-01T00:00:00Z\",\"outcome\":\"DONE";

  @Provide
  Arbitrary<String> hostile() {
    return Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(60), // any char, lone surrogates too
            Arbitraries.strings()
                .withChars(
                    '\n', '\r', '"', '\\', ',', '{', '}', '\u0000', '\u001b', '\u007f', '\u0085',
                    '\u009f', '\u2028', '\u2029', '\u202e', '\u2066', '\ud800', '\udc00', 'a')
                .ofMaxLength(30),
            Arbitraries.of(
                FORGERY,
                "\ud83d\ude00",
                "\ud83d",
                "</script>",
                "a\nb",
                "\u202egpj.exe",
                "null",
                "{}",
                "'; drop table",
                "\ufeff"))
        .filter(text -> !text.isBlank());
  }

  private static AuditRecord record(String a, String b, String c) {
    return new AuditRecord(
        a,
        b,
        c,
        Phase.OUTCOME,
        a,
        b,
        c,
        List.of(Target.of("k", a, b).with("l" + b, c).with("m", a), Target.of("k", c, a)),
        a,
        b,
        List.of(Reason.of(b, c, a).at(b), Reason.pending(c, a, b)),
        c,
        a + b,
        c);
  }

  @Property(tries = 1000)
  void aLine_isOneLineOfPrintableAscii_andComesBackAsItWas(
      @ForAll("hostile") String a, @ForAll("hostile") String b, @ForAll("hostile") String c)
      throws IOException {
    AuditRecord record = record(a, b, c);
    byte[] prev = Lines.FIRST_PREV.getBytes(StandardCharsets.US_ASCII);
    Block block = new Block();
    block.add(
        1, 0, "2026-01-01T00:00:00Z".getBytes(StandardCharsets.US_ASCII), Lines.body(record), prev);
    byte[] bytes = Arrays.copyOf(block.bytes(), block.length());
    for (int i = 0; i < bytes.length - 1; i++) {
      assertThat(bytes[i]).isBetween((byte) 0x20, (byte) 0x7e);
    }
    try (LineReader lines = new LineReader(new ByteArrayInputStream(bytes))) {
      assertThat(lines.next()).isTrue();
      assertThat(Lines.namedHash(lines.bytes(), lines.length()))
          .isEqualTo(Lines.trueHash(lines.bytes(), lines.length()))
          .isEqualTo(new String(prev, StandardCharsets.US_ASCII));
      JournalEntry entry =
          Lines.entry(
              new Segments.Line(
                  Lines.tree(lines.bytes(), lines.length()),
                  "f",
                  1,
                  lines.bytes(),
                  lines.length()));
      assertThat(entry.record()).isEqualTo(record);
      assertThat(entry.record().targets().get(0).labels())
          .isEqualTo(record.targets().get(0).labels());
      assertThat(lines.next()).isFalse();
    }
  }

  @Property(tries = 20)
  void aJournalOfHostileRecords_holdsExactlyThose(
      @ForAll("hostile") String a, @ForAll("hostile") String b) throws IOException {
    Path dir = Files.createTempDirectory("journal");
    AuditRecord record = record(a, b, "c");
    try (JournalSink journal = JournalSink.at(dir)) {
      journal.append(record);
      journal.append(record);
    }
    List<AuditRecord> found = new ArrayList<>();
    JournalReader.at(dir)
        .forEach(
            entry -> {
              if (entry.record().phase() == Phase.OUTCOME) {
                found.add(entry.record());
              }
            });
    assertThat(found).containsExactly(record, record);
    assertThat(JournalVerifier.at(dir).verify())
        .isInstanceOfSatisfying(
            JournalVerifier.Intact.class, intact -> assertThat(intact.records()).isEqualTo(4));
  }

  @Property(tries = 300)
  void anyByteChangedInAJournalThatEndedWell_isDamage(@ForAll long where, @ForAll byte change)
      throws IOException {
    byte[] good = ended();
    int lastLine =
        new String(good, StandardCharsets.US_ASCII).lastIndexOf('\n', good.length - 2) + 1;
    int at = (int) Math.floorMod(where, (long) lastLine);
    byte[] bad = good.clone();
    bad[at] ^= change == 0 ? 1 : change;
    Path dir = Files.createTempDirectory("journal");
    Files.write(dir.resolve(Segments.name(1)), bad);
    assertThat(JournalVerifier.at(dir).verify()).isInstanceOf(JournalVerifier.Damaged.class);
  }

  private static byte[] journal;

  private static synchronized byte[] ended() throws IOException {
    if (journal == null) {
      Path dir = Files.createTempDirectory("journal");
      try (JournalSink sink = JournalSink.at(dir)) {
        for (int i = 0; i < 5; i++) {
          sink.append(Records.of("r", "" + i, Phase.INTENDED, null, Target.of("k", "s", "" + i)));
        }
      }
      journal = Files.readAllBytes(dir.resolve(Segments.name(1)));
    }
    return journal;
  }
}
