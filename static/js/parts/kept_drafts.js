// What somebody typed into a report and what has not reached the server yet, kept on this device.
// Each opened page has a place of its own, named by the account, the report's key and the page, so
// that two windows never write over each other. Where the browser keeps nothing, this says so.
const PREFIX = "report";
const DAYS_KEPT = 60;

/** Keep an entry; false where this browser cannot. */
export function keep({ account, key, page }, entry) {
  try {
    localStorage.setItem(nameOf(account, key, page), JSON.stringify({ ...entry, at: Date.now() }));
    return true;
  } catch {
    return false; // Full, or storage is switched off.
  }
}

export function drop({ account, key, page }) {
  remove(nameOf(account, key, page));
}

/** Everything this account has waiting here, the newest first; for one report where key is given. */
export function waiting(account, key) {
  const found = [];
  for (const name of names()) {
    const [, whose, ofReport, page] = name.split(":");
    if (whose !== account || (key && ofReport !== key)) continue;
    try {
      const entry = JSON.parse(localStorage.getItem(name));
      if (entry.at > Date.now() - DAYS_KEPT * 86_400_000) {
        found.push({ ...entry, place: { account, key: ofReport, page } });
      } else remove(name);
    } catch {
      remove(name);
    }
  }
  return found.sort((one, other) => other.at - one.at);
}

/** Delete all of an account's, or all of one report's. */
export function forget(account, key) {
  for (const { place } of waiting(account, key)) drop(place);
}

function nameOf(account, key, page) {
  return [PREFIX, account, key, page].join(":");
}

function names() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX}:`));
  } catch {
    return [];
  }
}

function remove(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // There is nothing to remove where nothing can be kept.
  }
}
