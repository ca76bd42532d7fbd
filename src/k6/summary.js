// A run in a few lines: each action, each of our own counters, each check that counts, what went wrong. SUMMARY=file keeps all of it as JSON.
export function handleSummary(data) {
  const lines = [];
  const metrics = Object.entries(data.metrics);
  const action = /^http_req_duration\{name:(.*)\}$/;
  const ms = (number) => number.toFixed(1).padStart(9);
  lines.push(`${"".padEnd(22)}${"requests".padStart(9)}${"median".padStart(9)}${"p95".padStart(9)}${"p99".padStart(9)}  ms`);
  for (const [name, { values }] of metrics.filter(([name]) => action.test(name))) {
    lines.push(
      name.match(action)[1].padEnd(22) +
        `${values.count}`.padStart(9) +
        ms(values.med) + ms(values["p(95)"]) + ms(values["p(99)"]),
    );
  }
  for (const [name, { type, contains, values }] of metrics) {
    if (type === "counter" && contains === "default" && !name.includes("{")) lines.push(`${name.padEnd(22)}${`${values.count}`.padStart(9)}`);
  }
  const { checks } = flatten(data.root_group);
  lines.push(...checks.map((one) => `${"held".padEnd(22)}${`${one.passes}`.padStart(9)}  ${one.name}`));
  const failed = metrics.flatMap(([name, { thresholds = {}, values }]) =>
    Object.entries(thresholds)
      .filter(([, result]) => !result.ok)
      .map(([rule]) => `FAILED ${name} ${rule}: ${JSON.stringify(values)}`),
  );
  failed.push(...checks.filter((one) => one.fails > 0).map((one) => `FAILED ${one.fails} times: ${one.name}`));
  lines.push(...(failed.length ? failed : [`every one of ${checks.length} checks held each time, and so did every threshold`]));
  const files = __ENV.SUMMARY ? { [__ENV.SUMMARY]: JSON.stringify(data, null, 2) } : {};
  return { stdout: `${lines.join("\n")}\n`, ...files };
}

function flatten(group) {
  return { checks: group.groups.reduce((all, inner) => all.concat(flatten(inner).checks), group.checks) };
}
