package dev.guard.k8s;

import java.util.List;

/**
 * The kinds that hold image references, in the order they are read; where their pod template
 * stands.
 */
enum ListedKind {
  PODS("Pod", "", "pods", true, "spec"),
  DEPLOYMENTS("Deployment", "apps", "deployments", true, "spec.template.spec"),
  STATEFUL_SETS("StatefulSet", "apps", "statefulsets", true, "spec.template.spec"),
  DAEMON_SETS("DaemonSet", "apps", "daemonsets", true, "spec.template.spec"),
  REPLICA_SETS("ReplicaSet", "apps", "replicasets", true, "spec.template.spec"),
  CONTROLLER_REVISIONS("ControllerRevision", "apps", "controllerrevisions", false, ""),
  REPLICATION_CONTROLLERS(
      "ReplicationController", "", "replicationcontrollers", false, "spec.template.spec"),
  POD_TEMPLATES("PodTemplate", "", "podtemplates", false, "template.spec"),
  JOBS("Job", "batch", "jobs", true, "spec.template.spec"),
  CRON_JOBS("CronJob", "batch", "cronjobs", true, "spec.jobTemplate.spec.template.spec");

  private final String kind;
  private final String group;
  private final String resource;
  private final boolean templateRequired;
  private final String podSpec;

  ListedKind(String kind, String group, String resource, boolean templateRequired, String podSpec) {
    this.kind = kind;
    this.group = group;
    this.resource = resource;
    this.templateRequired = templateRequired;
    this.podSpec = podSpec;
  }

  /** For example {@code Deployment}. */
  String kind() {
    return kind;
  }

  /** The apiVersion of lists and items, for example {@code apps/v1}. */
  String apiVersion() {
    return group.isEmpty() ? "v1" : group + "/v1";
  }

  /** The path of the list over all namespaces. */
  String path() {
    return (group.isEmpty() ? "/api/v1/" : "/apis/" + group + "/v1/") + resource;
  }

  /** As the API server names it in messages, for example {@code replicasets.apps}. */
  String qualified() {
    return group.isEmpty() ? resource : resource + "." + group;
  }

  /** What a role must grant. */
  String missingRule() {
    return "get, list on " + (group.isEmpty() ? resource : group + "/" + resource);
  }

  /** Whether the API server accepts no object of this kind without a pod template. */
  boolean templateRequired() {
    return templateRequired;
  }

  /** The steps to where the pod spec stands; none if it must be looked for. */
  List<String> podSpec() {
    return podSpec.isEmpty() ? List.of() : List.of(podSpec.split("\\."));
  }
}
