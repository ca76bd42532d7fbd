// The server's clock: what opens, closes or is due is counted down by it, and never by this machine's.

let offset = 0;
const watchers = new Set();

/** Takes the time from an answer or an event that tells it. */
export function hear(content) {
  const told = content?.serverTime ?? content?.items?.[0]?.serverTime;
  if (told) offset = Date.parse(told) - Date.now();
}

/** Milliseconds, as the server counts them. */
export const now = () => Date.now() + offset;
export const until = instant => Date.parse(instant) - now();

/** Called each second, until the function that is answered is called. */
export function eachSecond(work) {
  watchers.add(work);
  return () => watchers.delete(work);
}

setInterval(() => watchers.forEach(work => work()), 1000);

/** 4:05, 1:00:00 or, from two days on, a number of days in words. */
export function span(millis, days) {
  const seconds = Math.max(0, Math.ceil(millis / 1000));
  if (seconds >= 172_800) return days(Math.floor(seconds / 86_400));
  const two = value => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
