// What all scenarios have in common: how people arrive, and what must not happen.

// So many a second, for so many seconds, whether those before them have been answered or not.
export function arrivals(rate, seconds, most, exec = "default") {
  return {
    executor: "constant-arrival-rate",
    rate,
    timeUnit: "1s",
    duration: `${seconds}s`,
    preAllocatedVUs: Math.min(most, 100),
    maxVUs: most,
    exec,
  };
}

// `names` are the actions that the summary shows. What is wrong always fails; what is slow only where SLOW says what that is,
// in milliseconds for one request in twenty: the machine may be anybody's.
export function scenario(scenarios, names, thresholds) {
  const slow = Number(__ENV.SLOW || 60000);
  return {
    scenarios,
    setupTimeout: "60s",
    teardownTimeout: "90s",
    summaryTrendStats: ["count", "med", "p(95)", "p(99)", "max"],
    thresholds: {
      checks: ["rate==1"],
      http_req_failed: ["rate==0"],
      // People for whom k6 had no place left, because those before them waited for so long.
      ...(__ENV.SLOW ? { dropped_iterations: ["count==0"] } : {}),
      ...Object.fromEntries(names.map((name) => [`http_req_duration{name:${name}}`, [`p(95)<${slow}`]])),
      ...thresholds,
    },
  };
}
