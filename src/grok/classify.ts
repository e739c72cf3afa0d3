/**
 * What a refusal of xAI means. The answer that matters most: `bad-credentials` is the only class
 * that may lead to a refresh of the access token, and xAI says it with a 403 as readily as with a
 * 401, so the status alone never tells a stale token from a missing subscription.
 *
 * The strongest evidence decides: a `[WKE=namespace:reason]` marker, a slug of that shape in a code
 * field, a phrase, the status. With no evidence a 401 means stale credentials, a 403 is `forbidden`
 * and an event without a status is `transient`. Evidence counts at any depth of anything resembling
 * JSON, but never in what may repeat the user's words (`input`, `content` …). Never throws.
 */
export function classify(failure: Failure & { endpoint: 'inference' }): InferenceVerdict;
export function classify(failure: Failure & { endpoint: 'token' }): TokenVerdict;
export function classify(failure: Failure): InferenceVerdict | TokenVerdict;
export function classify(failure: Failure): InferenceVerdict | TokenVerdict {
  const body = typeof failure.body === 'string' ? failure.body.replace(/^\uFEFF/, '') : '';
  const status = typeof failure.status === 'number' ? failure.status : 0;
  // The start and the end of a huge body are enough, and bound the work.
  const ends = body.length < 100_000 ? body : body.slice(0, 50_000) + body.slice(-50_000);
  const evidence = evidenceOf(ends);
  const facts = { ...evidence.facts, ...waitAsked(failure.headers, evidence.facts.message) };
  if (failure.endpoint === 'token') return { ...tokenClass(status, body), ...facts };
  return { class: inferenceClass(status, evidence), ...facts };
}

export interface Failure {
  endpoint: 'inference' | 'token';
  /** `null`: an error event within a stream. */
  status: number | null;
  /** As it came. */
  body: string;
  headers?: Pick<Headers, 'get'> | Readonly<Record<string, string | string[] | undefined>>;
}

type OfCredential = 'bad-credentials' | 'no-credentials' | 'invalid-api-key';
type OfAccount = 'quota' | 'entitlement' | 'rate-limited';
type OfRequest = 'safety' | 'context-too-long' | 'stale-reasoning' | 'invalid-request';
type OfService = 'model-unavailable' | 'forbidden' | 'transient';
export type InferenceClass = OfCredential | OfAccount | OfRequest | OfService;
export type TokenClass = 'ok' | 'dead-grant' | 'client-rejected' | 'tier-denied' | 'transient';

interface Facts {
  /** xAI's own name for the failure, such as `unauthenticated:bad-credentials`. */
  slug: string | null;
  /** The human text without its marker. It may hold a team's id or part of a key: redact it. */
  message: string;
  retryAfterMs?: number;
  /** Milliseconds since 1970. */
  resetAtMs?: number;
}

export type InferenceVerdict = Facts & { class: InferenceClass };
/** `oauthError` is the top-level `error` of RFC 6749, that of the device flow included. */
export type TokenVerdict = Facts & { class: TokenClass; oauthError?: string };

/** What a slug means, whatever the status. One that is not here leaves it to phrase and status. */
const SLUGS: readonly (readonly [RegExp, InferenceClass])[] = [
  [/^unauthenticated:no[-_]credentials$/, 'no-credentials'],
  [/^unauthenticated(:|$)/, 'bad-credentials'],
  [/^(personal[-_])?team[-_]blocked:|^subscription:.*exhausted|:spending[-_]limit$/, 'quota'],
  [/^(quota|billing|credits?):/, 'quota'],
  [/^(unauthorized|account|subscription|permission[-_]denied):/, 'entitlement'],
  [/^(safety|moderation|content([-_]policy)?):/, 'safety'],
  [/^(rate[-_]limit(ed)?|resource[-_]exhausted):/, 'rate-limited'],
  [/^(file|image|imagine|video|voice|invalid[-_]argument):/, 'invalid-request'],
];

type Gate = (status: number) => boolean;
/** No status: an event within a stream. */
const none: Gate = (status) => status < 300;
const refusal: Gate = (status) => none(status) || [400, 401, 403].includes(status);
const request: Gate = (status) => none(status) || [400, 403, 404, 410, 422].includes(status);
const ours: Gate = (status) => status < 500;
const pace: Gate = (status) => none(status) || status === 429;
const size: Gate = (status) => ![402, 429].includes(status);

/**
 * What words mean where the gate lets the status through; the first match decides. Texts and codes
 * are compared in lower case, with a space for every `-` and `_`, one to a line.
 */
// oxfmt-ignore
const PHRASES: readonly (readonly [Gate, InferenceClass, RegExp])[] = [
  [refusal, 'no-credentials', /\bno (credentials|api key|bearer token)( was| were)? (presented|provided|supplied)/],
  [() => true, 'bad-credentials', /access token could not be validated/],
  [refusal, 'bad-credentials', /\b(invalid|bad|expired|revoked)( or expired)? credentials\b|valid authentication credentials/],
  [refusal, 'bad-credentials', /\b(invalid|expired|revoked) ((oauth2?|access|bearer|auth) )+token\b|^(invalid|expired|revoked) token$/m],
  [refusal, 'bad-credentials', /\btoken (has |is )?(been )?(expired|revoked|invalidated)\b|^unauthenticated$/m],
  [() => true, 'safety', /violat\w+ usage guidelines|safety check type|content policy violation/],
  [ours, 'safety', /violat\w+ (\w+ ){0,3}(guideline|polic)|(guidelines?|policy) violation|safety check|failed check:|\bcontent (filter|moderat)/],
  [ours, 'invalid-api-key', /\b(incorrect|invalid|wrong) api ?key|\bapi ?key (is |has )?(been )?(not valid|invalid|disabled|blocked|revoked|expired)/],
  [ours, 'entitlement', /\(actual\/limit\): *\d+\/0\b/],
  [ours, 'quota', /\bout of (\w+ )?credits|\ball (of )?(your |the )?(available )?credits|(n't| not) have any credits|\b(no|insufficient|purchase|add) (more )?credits/],
  [ours, 'quota', /spending limit|(credit|account|usage) balance|insufficient (quota|balance|funds)|your (\w+ )?quota|(quota|key limit) (is |has been )?(exceeded|exhausted)/],
  [ours, 'quota', /\bused (all|up) .{0,30}\busage|included free usage|\busage limit|payment required/],
  [pace, 'rate-limited', /rate ?limit|too many requests|too quickly|slow down|requests per (minute|second)|^(some )?resource (has been )?exhausted/m],
  [refusal, 'entitlement', /\bnot (allowed|enabled|available|included) (for|on|to|in) (this|your) (account|organization|team|plan|subscription)/],
  [request, 'model-unavailable', /\bmodel\b.{0,80}\b(does not exist|not found|retired|deprecated|(is not|no longer) (available|supported))|\b(unknown|unsupported) model\b/],
  [refusal, 'entitlement', /\bactive (super ?)?grok subscription|subscription (is )?(required|inactive)|out of available resources/],
  [refusal, 'entitlement', /\b(requires?|needs?) (an? )?(active )?(super ?grok|(x )?premium|grok subscription)|not have permission [^.\n]{0,200}\bgrok\b/],
  [refusal, 'entitlement', /\baccess (to .{0,60} )?is (denied|not allowed|restricted)|n[o']t have access|\bnot (entitled|authorized for)\b/],
  [refusal, 'entitlement', /by oauth2? token users|user is blocked|\b(account|team) (is |has been )?(suspended|blocked|disabled|banned)/],
  [ours, 'stale-reasoning', /encrypted content|compaction blob|invalid compaction/],
  [size, 'context-too-long', /maximum (allowed )?(prompt|context|input) length|too long for this model|context (length|window|size)|request too large/],
  [size, 'context-too-long', /\b(prompt|input) is too long|exceeds (the )?(budget|context)|too many tokens|token limit exceeded|reduce the length of/],
  [none, 'invalid-request', /failed to deserialize|\binvalid (argument|request|parameter)|not support/],
  [none, 'forbidden', /not have permission|permission denied|^forbidden$/m],
];

function inferenceClass(given: number, evidence: ReturnType<typeof evidenceOf>): InferenceClass {
  if (evidence.bySlug !== undefined) return evidence.bySlug;
  const status = none(given) ? evidence.status : given;
  const spoken = PHRASES.find(([gate, , words]) => gate(status) && words.test(evidence.words));
  if (spoken !== undefined) return spoken[1];
  // The page of a proxy or of a challenge in front of the API is no word of the API itself.
  if (evidence.markup && refusal(status)) return 'transient';
  return statusClass(status);
}

/** What a status means by itself. 413 is a request too large, and what is large is the history. */
function statusClass(status: number): InferenceClass {
  if (status < 400 || status >= 500) return 'transient';
  if (status === 401) return 'bad-credentials';
  if (status === 402) return 'quota';
  if (status === 413) return 'context-too-long';
  if (status === 429) return 'rate-limited';
  if ([404, 410].includes(status)) return 'model-unavailable';
  if ([403, 407, 451].includes(status)) return 'forbidden';
  return [408, 409, 421, 423, 425, 499].includes(status) ? 'transient' : 'invalid-request';
}

const CLIENT = /^(invalid_(client|request|scope)|unauthorized_client|unsupported_grant_type)$/;

/**
 * Only a top-level string condemns a grant or a client, so that a mangled page never costs a
 * sign-in; any other 403 in JSON says that the account's tier has no access.
 */
function tokenClass(status: number, body: string): { class: TokenClass; oauthError?: string } {
  const answer = jsonObject(body);
  const [token, error] = [answer?.get('access_token'), answer?.get('error')];
  const oauth = typeof error === 'string' ? { oauthError: error } : {};
  const usable = typeof token === 'string' && token.trim() !== '';
  if (status >= 200 && status < 300) return { class: usable ? 'ok' : 'transient', ...oauth };
  const final = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
  if (!final || answer === undefined) return { class: 'transient', ...oauth };
  if (error === 'invalid_grant') return { class: 'dead-grant', ...oauth };
  if (CLIENT.test(oauth.oauthError ?? '')) return { class: 'client-rejected', ...oauth };
  return { class: status === 403 && !MARKUP.test(body) ? 'tier-denied' : 'transient', ...oauth };
}

function jsonObject(body: string): Map<string, unknown> | undefined {
  try {
    return /^\s*\{/.test(body) ? new Map(Object.entries(JSON.parse(body))) : undefined;
  } catch {
    return undefined;
  }
}

/** Fields that may repeat the request or the answer: nothing in or below them is evidence. */
const ECHO =
  /prompt|input|content|instruct|transcript|echo|^(messages|text|request(_?body)?|query|user|user_?(message|text)|system|model|metadata|output|choices|delta|arguments|params?|tools?|history|conversation|received|instance)$/i;
/** What follows these words repeats what was sent. */
const QUOTED = /(failed to \w*serialize|invalid (?:type|value):|unknown variant|got (?=["'`])).*/is;
const CODE = /code$|^(type|kind|reason|slug|status|wke)$/i;
const NAME = /^(?!(?:null|none|error|unknown)$)[a-z][\w:.-]+$/i;
const SLUG = /^[a-z][\w.-]*:[a-z0-9][\w.:-]*$/i;
/** A slug within a text, as in `403 Forbidden: slug: message`. */
const FLAT =
  /(?:^account|(?<![\w./="'`-])(?:unauthenticated|unauthorized|personal[-_]team[-_]blocked|subscription)):[a-z][\w-]*(?![\w"'`])/gi;
/** `[WKE=slug]`, or `WKE=slug` with no bracket before it: one that is left open says nothing. */
const MARKER = /\[wke\s*=\s*([^\]\s[]+)\s*\]|(?<![[\w])wke=([a-z][\w.-]*:[\w.:-]+)/gi;
const MARKUP = /^\s*<[a-z!?/]|<html\b|<!doctype|^\s*error code: (?:1\d|5)\d\d\s*$/i;
const WAIT = /(?:retry|again) (?:after|in) (\d+(?:\.\d+)?) ?(ms|[smh])|rolling (\d+)-(h)our/i;
/** A status that the body itself names, in a field or at the start of a text. */
const STATUS =
  /^((http_?)?status(_?code)?|code)?: ((error|status) code:? |status:? |http(\/[\d.]+)? )?([45]\d\d)\b/i;

function evidenceOf(body: string) {
  const all = /^\s*</.test(body) ? [{ key: '', text: body, object: 0 }] : leavesOf(body);
  const leaves = all.filter(({ text }) => !MARKUP.test(text));
  const coding = leaves.filter(({ key, text }) => /code$/i.test(key) && NAME.test(text));
  const coded = new Set(coding.map(({ object }) => object));
  const [marked, codes]: [string[], string[]] = [[], []];
  for (const { key, text, object } of leaves) {
    // Of several markers in one text the last counts: xAI puts its own at the end.
    for (const [, a, b] of [...text.matchAll(MARKER)].slice(-1)) marked.push(a ?? b ?? '');
    if (CODE.test(key) && SLUG.test(text)) codes.push(text);
    else if (!coded.has(object) && key !== 'cut') codes.push(...(text.match(FLAT) ?? []));
  }
  const slugs = [...marked, ...codes].map((slug) => slug.toLowerCase());
  const statuses = leaves.flatMap(({ key, text }) => STATUS.exec(`${key}: ${text}`)?.at(-1) ?? []);
  const human = leaves.filter(({ key, text }) => !CODE.test(key) && /\S\s+\S/.test(text));
  const message = (human.find(({ key }) => key !== '') ?? human[0] ?? leaves[0])?.text ?? '';
  const spoken = message.replace(MARKER, '').trim().slice(0, 500);
  return {
    facts: { slug: slugs[0] ?? coding[0]?.text.toLowerCase() ?? null, message: spoken },
    bySlug: slugs.flatMap((slug) => SLUGS.find(([shape]) => shape.test(slug))?.[1] ?? [])[0],
    words: leaves.map(({ text }) => (SLUG.test(text) ? '' : normal(text))).join('\n'),
    status: Number(statuses[0] ?? 0),
    markup: leaves.length < all.length,
  };
}

/** As `PHRASES` wants it; the letters of a marker are no words. */
function normal(text: string): string {
  const plain = text.toLowerCase().replace(/\[?wke\s*=\S*/g, '');
  return plain.replaceAll('’', "'").replace(/[\s_+-]+/g, ' ');
}

/** A text under the nearest key, '' for none; the leaves of one object share its number. */
type Leaf = { key: string; text: string; object: number };
type Frame = { list: boolean; key: string | null; echo: boolean; object: number; up?: Frame };

const STRUCTURE = /\{\s{0,9}(?:["'{}]|[\w$-]{1,40}\s?:)|\[\s{0,9}["'{[]/g;
const TOKEN =
  /[{}[\],]|"((?:[^"\\]|\\.)*)("?)|'((?:[^'\\]|\\.|'(?!\s*(?:[,:}\]]|$)))*)('?)|[^\s,:{}[\]"']+/gs;

/**
 * Every text of a body, in order: those of JSON and of its like as Python and JavaScript print it,
 * cut off or encoded again, and the words around them.
 */
function leavesOf(body: string): Leaf[] {
  const found: Leaf[] = [];
  let objects = 0;

  function readText(given: string, key: string, object: number, layer: number): void {
    const text = decoded(given).replace(/^data: ?/gim, '');
    let words = '';
    for (let at = 0, start = 0; at < text.length; at = readStructure(text, start, key, layer)) {
      STRUCTURE.lastIndex = at;
      start = (layer < 6 ? STRUCTURE.exec(text)?.index : undefined) ?? text.length;
      words += `${text.slice(at, start)} `;
    }
    const own = decoded(words).trim().replace(QUOTED, '$1');
    if (own !== '') found.push({ key, text: own, object });
  }

  /** Reads from the bracket at `start` to its partner and returns the place behind it. */
  function readStructure(text: string, start: number, outer: string, layer: number): number {
    const tokens = new RegExp(TOKEN);
    tokens.lastIndex = start;
    let top: Frame = { list: true, key: outer, echo: false, object: objects };
    for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
      const [sign, double, doubleEnd, single, singleEnd] = token;
      const cut = (doubleEnd ?? singleEnd) === '';
      const value = unescaped(double ?? single ?? sign);
      const echo = top.echo || ECHO.test(top.key ?? '');
      if (sign === '[') top = { list: true, key: top.key, echo, object: (objects += 1), up: top };
      else if (sign === '{')
        top = { list: false, key: null, echo, object: (objects += 1), up: top };
      else if (sign === '}' || sign === ']') {
        top = top.up ?? top;
        if (top.up === undefined) return tokens.lastIndex;
      } else if (sign === ',') top.key = top.list ? top.key : null;
      else if (top.key === null) top.key = value.slice(0, 80);
      else if (!echo) readText(value, cut ? 'cut' : top.key, top.object, layer + 1);
    }
    return text.length;
  }

  readText(body, '', 0, 0);
  return found;
}

const ESCAPED = /[{[]\s{0,9}\\+["']/;
/** Undoes percent-encoding and the escapes of another quotation, until there is a structure. */
function decoded(given: string, rounds = 5): string {
  const [open, escaped] = [given.search(STRUCTURE), given.search(ESCAPED)];
  if (rounds === 0 || (open >= 0 && (escaped < 0 || open < escaped))) return given;
  const text = unescaped(escaped < 0 ? given.replace(/%(?=[0-9a-f]{2})/gi, '\\x') : given);
  return text === given ? given : decoded(text, rounds - 1);
}

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-f]{4}|x[0-9a-f]{2}|.)/gis, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[nrt]/i.test(code) ? '\n' : code;
  });
}

/** When to come back: what the headers say, else the words. A small reset may be of anything. */
function waitAsked(headers: Failure['headers'], message: string): Partial<Facts> {
  const after = header(headers, 'retry-after');
  if (/^\d{1,9}(\.\d+)?$/.test(after)) return { retryAfterMs: Math.ceil(Number(after) * 1000) };
  const resetAtMs = after.includes(':') ? Date.parse(after) : 0;
  if (resetAtMs > 0) return { resetAtMs };
  const reset = header(headers, 'x-ratelimit-reset');
  if (/^1\d{9}(\d{3})?$/.test(reset)) return { resetAtMs: Number(reset.padEnd(13, '0')) };
  const [, count, unit, hours, hour] = WAIT.exec(message) ?? [];
  const ms = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit ?? hour ?? ''];
  return ms === undefined ? {} : { retryAfterMs: Math.ceil(Number(count ?? hours) * ms) };
}

function header(headers: Failure['headers'], name: string): string {
  try {
    if (typeof headers?.get === 'function') return headers.get(name)?.trim() ?? '';
    const entry = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name);
    return String(entry?.[1] ?? '').trim();
  } catch {
    return '';
  }
}
