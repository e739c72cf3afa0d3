/** Where Redis is: one server, or whichever the sentinels call the primary at the moment. */
export type RedisPlace =
  | { readonly kind: 'server'; readonly isTls: boolean }
  | {
      readonly kind: 'sentinel';
      /** To the servers and to the sentinels. */
      readonly isTls: boolean;
      readonly sentinels: readonly { readonly host: string; readonly port: number }[];
      /** What the sentinels call the group: `sentinel monitor NAME …`. */
      readonly primary: string;
      readonly db: number;
      readonly username: string | undefined;
      readonly password: string | undefined;
      readonly sentinelUsername: string | undefined;
      readonly sentinelPassword: string | undefined;
    };

const sentinelPort = 26_379;

/**
 * Reads `redis://`, `rediss://` and, in the form that redis_sentinel_url and others have made common,
 * `redis+sentinel://[[user]:password@]host[:port][,host[:port]…]/name[/db]` with `sentinel_username`
 * and `sentinel_password` as parameters; `rediss+sentinel://` is the same with TLS throughout.
 * A string says what is wrong, without a word of what may be secret.
 */
export function readRedisUrl(text: string): RedisPlace | string {
  const [, scheme = '', rest = ''] = /^(rediss?(?:\+sentinel)?):\/\/(\S+)$/.exec(text) ?? [];
  const isTls = scheme.startsWith('rediss');
  if (scheme === '') {
    return 'expected redis://host:port, rediss://host:port or redis+sentinel://host:port,host:port/name';
  }
  if (!scheme.endsWith('+sentinel')) {
    return URL.canParse(text) ? { kind: 'server', isTls } : `expected ${scheme}://host:port`;
  }

  const [address = '', query = ''] = rest.split('?', 2);
  const at = address.lastIndexOf('@') + 1;
  const [hosts = '', primary = '', db = '0', ...more] = address.slice(at).split('/');
  const sentinels = hosts.split(',').map(readHost);
  const known = sentinels.filter((host) => host !== undefined);
  if (known.length < sentinels.length) {
    return 'expected the sentinels as host:port,host:port before the first /';
  }
  if (primary === '')
    return `expected the primary's name after the sentinels: ${scheme}://…/mymaster`;
  if (!/^\d{1,4}$/.test(db) || more.length > 0) {
    return "expected at most a database's number after the primary's name";
  }
  const parameters = new URLSearchParams(query);
  const strange = [...parameters.keys()].find((key) => !parameterNames.has(key));
  if (strange !== undefined) {
    return `takes the parameters ${[...parameterNames].join(' and ')} only`;
  }
  try {
    const [username, password] = readLogin(address.slice(0, Math.max(0, at - 1)));
    return {
      kind: 'sentinel',
      isTls,
      sentinels: known,
      primary: decodeURIComponent(primary),
      db: Number(db),
      username,
      password,
      sentinelUsername: parameters.get('sentinel_username') ?? undefined,
      sentinelPassword: parameters.get('sentinel_password') ?? undefined,
    };
  } catch {
    return 'expected %-signs of a name or password as %25';
  }
}

/** Host, port and name of a Redis URL, without its password. */
export function redisPlaceWords(text: string): string {
  const place = readRedisUrl(text);
  if (typeof place === 'string') return 'the address in REDIS_URL';
  switch (place.kind) {
    case 'server': {
      const { protocol, hostname, port } = new URL(text);
      return `${protocol}//${hostname}:${port === '' ? '6379' : port}`;
    }
    case 'sentinel': {
      const hosts = place.sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
      return `redis${place.isTls ? 's' : ''}+sentinel://${hosts}/${place.primary}`;
    }
  }
}

const parameterNames = new Set(['sentinel_username', 'sentinel_password']);

function readHost(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, port = String(sentinelPort)] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

/** @throws {URIError} */
function readLogin(text: string): [username: string | undefined, password: string | undefined] {
  const [username = '', ...password] = text.split(':');
  const word = (encoded: string) => (encoded === '' ? undefined : decodeURIComponent(encoded));
  return [word(username), word(password.join(':'))];
}
