package dev.firstcome.engine.webhook;

/** How an event that leaves the house stands. */
public enum EventStatus {
  PENDING,
  DELIVERED,
  /** Given up, until somebody asks for its redelivery. */
  DEAD
}
