/**
 * What a person wrote, without what could mislead a reader or a terminal: control characters other
 * than line ends and tabs, and the marks that override or isolate the direction of text (those that
 * only hint at it stay: Arabic and Hebrew use them). Line ends become `\n`, halves of characters `�`.
 */
export function cleanText(text: string): string {
  return harmless(text).trim();
}

/** The same for what is to be shown, with the blanks around it: they may mean something there. */
export function harmless(text: string): string {
  return text.toWellFormed().replaceAll(/\r\n?/g, '\n').replaceAll(misleading, '');
}

/** A name on one line, of at most 100 UTF-16 units. */
export function cleanName(name: string): string {
  return cleanText(name).replaceAll(/\s+/g, ' ').slice(0, 100).toWellFormed();
}

const misleading =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;
