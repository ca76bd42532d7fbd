package dev.firstcome.engine.webhook;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;

/** Only where {@code firstcome.events.url} says where to send events; blank says nothing. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ConditionalOnExpression("!environment.getProperty('firstcome.events.url', '').isBlank()")
public @interface ConditionalOnPlatform {}
