/** A house that breaks every rule of the map, for the tests of the rules. Nothing uses it. */
package dev.guard.architecture.wronghouse;
