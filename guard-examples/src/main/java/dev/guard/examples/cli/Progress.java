package dev.guard.examples.cli;

import dev.guard.GuardListener;
import dev.guard.Intent;
import dev.guard.Reservation;
import dev.guard.Verdict;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** What is going on, on the terminal's error stream and nowhere else. */
final class Progress implements GuardListener, AutoCloseable {
  private final Shell shell;
  private final boolean on;
  private @Nullable ProgressBar bar;

  Progress(Shell shell, boolean quiet) {
    this.shell = shell;
    this.on = shell.progress() && !quiet;
  }

  /** Says what is being done now. */
  void says(String what) {
    if (on) {
      shell.err().print("\r\u001b[2K" + what + " …");
      shell.err().flush();
    }
  }

  /** Begins to count. */
  void begins(String what, long all) {
    clear();
    if (on && all > 0) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(what)
              .setInitialMax(all)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(shell.err(), 100))
              .build();
    }
  }

  @Override
  public void judged(String guard, Intent intent, Verdict verdict) {
    ProgressBar now = bar;
    if (now != null && !verdict.allowed()) {
      now.step();
    }
  }

  @Override
  public void settled(String guard, Intent intent, Reservation.Settlement how) {
    ProgressBar now = bar;
    if (now != null) {
      now.step();
    }
  }

  private void clear() {
    if (on) {
      shell.err().print("\r\u001b[2K");
      shell.err().flush();
    }
  }

  /** Takes everything off the terminal again. */
  void ends() {
    ProgressBar now = bar;
    bar = null;
    if (now != null) {
      now.close();
    }
    clear();
  }

  @Override
  public void close() {
    ends();
  }
}
