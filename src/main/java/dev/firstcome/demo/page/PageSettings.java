package dev.firstcome.demo.page;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The live page.
 *
 * @param enabled whether `/` is the storefront and the board, or leads to the API document
 * @param demo whether the page offers the demo's users, drops and crowds, which only the
 *     development run has
 */
@ConfigurationProperties("firstcome.page")
record PageSettings(@DefaultValue("false") boolean enabled, @DefaultValue("false") boolean demo) {}
