package dev.guard.testkit.cluster;

import java.util.List;

/**
 * A kind the fake serves.
 *
 * @param group the API group, empty for core
 * @param version the version
 * @param plural the resource
 * @param name the kind
 * @param namespaced whether its objects are in namespaces
 */
record Kind(String group, String version, String plural, String name, boolean namespaced) {
  static final List<Kind> BUILT_IN =
      List.of(
          new Kind("", "v1", "namespaces", "Namespace", false),
          new Kind("", "v1", "nodes", "Node", false),
          new Kind("", "v1", "pods", "Pod", true),
          new Kind("", "v1", "configmaps", "ConfigMap", true),
          new Kind("", "v1", "secrets", "Secret", true),
          new Kind("", "v1", "replicationcontrollers", "ReplicationController", true),
          new Kind("", "v1", "podtemplates", "PodTemplate", true),
          new Kind("apps", "v1", "deployments", "Deployment", true),
          new Kind("apps", "v1", "statefulsets", "StatefulSet", true),
          new Kind("apps", "v1", "daemonsets", "DaemonSet", true),
          new Kind("apps", "v1", "replicasets", "ReplicaSet", true),
          new Kind("apps", "v1", "controllerrevisions", "ControllerRevision", true),
          new Kind("batch", "v1", "jobs", "Job", true),
          new Kind("batch", "v1", "cronjobs", "CronJob", true),
          new Kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true),
          new Kind(
              "apiextensions.k8s.io",
              "v1",
              "customresourcedefinitions",
              "CustomResourceDefinition",
              false));

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** As messages name it: {@code replicasets.apps}. */
  String qualified() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /** As messages about a conflict name it: {@code ReplicaSet.apps}. */
  String qualifiedKind() {
    return group.isEmpty() ? name : name + "." + group;
  }
}
