// The fields that somebody fills in, as plain data: read, compared, and put back.

/** What stands in the fields now, by name; hidden fields are not typed and left out. */
export function read(form) {
  const found = {};
  for (const field of typedFields(form)) {
    if (isChoice(field) ? field.checked : true) found[field.name] = field.value;
  }
  return found;
}

/** What the page came with, whatever the browser has put back since. */
export function asItCame(form) {
  const found = {};
  for (const field of typedFields(form)) {
    if (isChoice(field)) {
      if (field.defaultChecked) found[field.name] = field.value;
    } else if (field.options) {
      const chosen = [...field.options].find((option) => option.defaultSelected);
      found[field.name] = (chosen ?? field.options[0])?.value ?? "";
    } else found[field.name] = field.defaultValue;
  }
  return found;
}

/** Put values back; a choice that is not among them is taken away. */
export function fill(form, values) {
  for (const field of typedFields(form)) {
    if (isChoice(field)) field.checked = values[field.name] === field.value;
    else if (field.name in values) field.value = values[field.name];
  }
}

/** The same text for the same content, whatever the order. */
export function asText(values) {
  const lines = Object.entries(values).map(([name, value]) => [name, value.replace(/\r\n?/g, "\n")]);
  return JSON.stringify(lines.filter(([, value]) => value !== "").sort());
}

function typedFields(form) {
  return [...form.elements].filter(
    (field) => field.name && !["hidden", "submit", "button", "fieldset"].includes(field.type)
  );
}

function isChoice(field) {
  return field.type === "radio" || field.type === "checkbox";
}
