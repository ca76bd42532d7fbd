// Does something for a user and hangs up before the answer, after a moment of 1 to 12 ms. k6 has no other way to hang up
// than a timeout; with the option `throw` that is an exception. Tells whether it came to that.
export function hangUp(action) {
  const patience = `${1 + Math.floor(Math.random() * 12)}ms`;
  try {
    action({ timeout: patience, responseCallback: null, name: "hang up" });
    return false;
  } catch (late) {
    if (!`${late}`.includes("timeout")) throw late;
    return true;
  }
}
