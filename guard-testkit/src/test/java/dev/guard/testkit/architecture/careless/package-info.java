/** A small tool that breaks the rules, and one that keeps them. Nothing uses it but their tests. */
package dev.guard.testkit.architecture.careless;
