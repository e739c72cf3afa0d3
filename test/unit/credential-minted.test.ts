import fc from 'fast-check';
import { expect, test } from 'vitest';

import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import { readTokens, sealTokens } from '../../src/credentials/minted.ts';
import { parseRecord } from '../../src/credentials/record.ts';
import { timings } from '../../src/credentials/timings.ts';

const ring = parseKeyRing(makeKey('k1'));
const slot = { name: 'default', epoch: 1, generation: 2 };

test('whatever life a token endpoint claims, the record that comes of it can be read again', () => {
  const life = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(1e308, -1e308, 0, '1e308', 'x'));
  fc.assert(
    fc.property(life, (expires_in) => {
      const tokens = readTokens(JSON.stringify({ access_token: 'at', expires_in }));
      if (tokens === null) throw new Error('no tokens');
      const times = { issuedAtMs: 1.8e12, ageKnown: true };
      const sealed = sealTokens(ring, slot, { ...tokens, refreshToken: 'rt' }, times, timings());
      const fields = Object.fromEntries(Object.entries(sealed).map(([k, v]) => [k, String(v)]));
      const record = parseRecord('default', {
        ...fields,
        v: '1',
        kind: 'oauth',
        epoch: '1',
        gen: '2',
        st: 'active',
      });
      expect(record?.expiresAtMs).toBeGreaterThan(1.8e12);
    }),
  );
});
