package dev.guard.k8s;

import dev.guard.evidence.Reference;

/**
 * One image string in one object. Its path is put together only if it is kept.
 *
 * @param list the path of the list it stands in, for example {@code spec.containers}
 * @param index its place in the list
 * @param leaf what follows, for example {@code image}
 * @param value the text, untouched
 * @param form what kind of text it is
 * @param declared whether a person or controller declared it; false if a node reported it
 */
record Found(
    String list, int index, String leaf, String value, Reference.Form form, boolean declared) {
  String path() {
    return list + "[" + index + "]." + leaf;
  }
}
