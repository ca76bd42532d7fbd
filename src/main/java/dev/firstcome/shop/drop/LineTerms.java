package dev.firstcome.shop.drop;

import org.jspecify.annotations.Nullable;

/**
 * On what terms the line in front of a drop admits.
 *
 * @param ratePerSecond admissions a second; null: as many as the shop can take
 * @param admissionSeconds how long one lasts
 * @param absentAfterSeconds a user who was not heard of for so long is passed over
 */
public record LineTerms(
    @Nullable Long ratePerSecond, long admissionSeconds, long absentAfterSeconds) {}
