package dev.guard;

import dev.guard.audit.AuditSink;
import dev.guard.audit.Reconciler;
import dev.guard.killswitch.KillSwitch;
import dev.guard.pace.Pace;
import dev.guard.plan.Approvals;
import dev.guard.rollout.StagedRollout;
import dev.guard.soak.Shadow;
import dev.guard.soak.Soak;
import dev.guard.state.Fence;
import dev.guard.state.RunLock;
import dev.guard.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything a guard was built with, checked. */
record Settings(
    String name,
    String actor,
    boolean dryRun,
    List<Safeguard> safeguards,
    @Nullable KillSwitch killSwitch,
    @Nullable Pace pace,
    @Nullable Soak soak,
    @Nullable Shadow shadow,
    @Nullable Approvals approvals,
    @Nullable StagedRollout rollout,
    AuditSink sink,
    @Nullable RunLock runLock,
    AtomicReference<@Nullable Fence> epoch,
    @Nullable Reconciler reconciler,
    Time time,
    Duration reviewDeadline,
    Duration permitLife,
    Duration planLife,
    Digest protection,
    boolean stopAtFailure,
    int parallelism,
    Executor executor,
    Supplier<String> runIds,
    GuardListener listener) {}
