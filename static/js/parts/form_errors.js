// After a form was refused, what to mend has the focus. Without this it is the first thing to read.

export function leadToErrors() {
  document.getElementById("form-errors")?.focus();
}
