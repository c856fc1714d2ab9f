/**
 * What Guard reads from and does to Kubernetes clusters: references found in workloads, the kill
 * switch in a ConfigMap. Nothing about registries lives here.
 */
@NullMarked
package dev.guard.k8s;

import org.jspecify.annotations.NullMarked;
