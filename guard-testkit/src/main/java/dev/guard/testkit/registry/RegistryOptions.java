package dev.guard.testkit.registry;

/** What may differ from the defaults of CNCF Distribution. */
record RegistryOptions(
    boolean deleteEnabled,
    boolean readOnly,
    boolean tagDeletion,
    int tagPage,
    boolean referrersApi,
    int referrersPage,
    boolean redirectBlobs,
    boolean mountRefused) {}
