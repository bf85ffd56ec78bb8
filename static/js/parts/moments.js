// A moment as the page's language writes it: the time, and the day where it was not today.
export function momentText(milliseconds) {
  const moment = new Date(milliseconds);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { day: "numeric", month: "long" };
  const style = { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang, style).format(moment);
  } catch {
    return new Intl.DateTimeFormat(undefined, style).format(moment);
  }
}
