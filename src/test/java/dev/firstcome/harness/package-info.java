/** What tests stand on: servers, shops, clients, and how long to wait. Only tests know it. */
@NullMarked
package dev.firstcome.harness;

import org.jspecify.annotations.NullMarked;
