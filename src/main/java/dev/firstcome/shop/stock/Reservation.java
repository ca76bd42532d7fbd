package dev.firstcome.shop.stock;

import java.util.SortedMap;
import java.util.UUID;

/**
 * What an order wants to take.
 *
 * @param orderId names it: reserving again under the same name finds the same reservation
 * @param units by product id, in ascending order; all of them or none
 */
public record Reservation(UUID orderId, SortedMap<Long, Long> units) {}
