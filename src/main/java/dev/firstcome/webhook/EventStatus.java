package dev.firstcome.webhook;

/** How an event that leaves the house stands. */
enum EventStatus {
  PENDING,
  DELIVERED,
  /** Given up, until somebody asks for its redelivery. */
  DEAD
}
