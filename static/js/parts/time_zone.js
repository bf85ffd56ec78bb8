// A form that asks somebody unknown for their time zone begins with that of the device. Without
// this it begins with UTC, and the person chooses.

export function beginWithOwnZone() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of document.querySelectorAll("select[data-own-zone]")) {
    const offered = [...field.options].some((option) => option.value === own);
    // What the browser filled in again after "back" stays.
    if (offered && field.value === field.dataset.ownZone) field.value = own;
  }
}
