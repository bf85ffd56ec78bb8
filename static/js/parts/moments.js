// A moment as the page's language writes it: the time, and the day where it was not today.
export function momentText(milliseconds) {
  const moment = new Date(milliseconds);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { day: "numeric", month: "long" };
  const style = { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const language = document.documentElement.lang;
  try {
    // "29 November", as the server writes it: our readers are everywhere.
    return new Intl.DateTimeFormat(language === "en" ? "en-001" : language, style).format(moment);
  } catch {
    return new Intl.DateTimeFormat(undefined, style).format(moment);
  }
}
