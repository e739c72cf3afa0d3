import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import { type Slot, seal, sealedWith, unseal } from '../../src/credentials/seal.ts';

const line = makeKey('k1');
const ring = parseKeyRing(line);
const slots: fc.Arbitrary<Slot> = fc.oneof(
  fc.record({
    kind: fc.constant('token' as const),
    name: fc.constantFrom('a', 'b'),
    epoch: fc.nat(2),
    generation: fc.nat(2),
    token: fc.constantFrom('at' as const, 'rt' as const),
  }),
  fc.record({
    kind: fc.constant('spill' as const),
    name: fc.constantFrom('a', 'b'),
    attempt: fc.constantFrom('x', 'y'),
  }),
  fc.record({ kind: fc.constant('copy' as const), name: fc.constantFrom('a', 'b') }),
);

describe('a sealed text', () => {
  test('opens to what was sealed, whatever it is', () => {
    fc.assert(
      fc.property(slots, fc.string({ unit: 'binary' }), (slot, text) => {
        const well = text.toWellFormed();
        expect(unseal(ring, slot, seal(ring, slot, well))).toBe(well);
      }),
    );
  });

  test('opens in no other slot', () => {
    fc.assert(
      fc.property(slots, slots, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(() => unseal(ring, other, seal(ring, one, 'text'))).toThrow('cannot be opened');
      }),
    );
  });

  test('does not open when any character of it was changed', () => {
    const slot: Slot = { kind: 'copy', name: 'a' };
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('A', 'b', '7', '|'), (at, letter) => {
        const sealed = seal(ring, slot, 'a token of some length');
        const place = at % sealed.length;
        const changed = sealed.slice(0, place) + letter + sealed.slice(place + 1);
        fc.pre(changed !== sealed);
        // The last character of a base64url part may carry bits that mean nothing.
        fc.pre(JSON.stringify(decoded(changed)) !== JSON.stringify(decoded(sealed)));
        expect(() => unseal(ring, slot, changed)).toThrow('cannot be opened');
      }),
    );
  });

  test('never looks the same twice and never shows its text', () => {
    const slot: Slot = { kind: 'copy', name: 'a' };
    const one = seal(ring, slot, 'canary');
    expect(one).not.toBe(seal(ring, slot, 'canary'));
    expect(Buffer.from(one.split('|')[3] ?? '', 'base64url').toString()).not.toContain('canary');
  });

  test('opens with any key of the ring and says which one sealed it', () => {
    const slot: Slot = { kind: 'copy', name: 'a' };
    const old = seal(ring, slot, 'text');
    const both = parseKeyRing(`${makeKey('k2')},${line}`);
    expect(unseal(both, slot, old)).toBe('text');
    expect([sealedWith(old), sealedWith(seal(both, slot, 'text'))]).toEqual(['k1', 'k2']);
    expect(() => unseal(parseKeyRing(makeKey('k1')), slot, old)).toThrow('CREDENTIAL_KEYS');
  });
});

describe('CREDENTIAL_KEYS', () => {
  test.each(['', ',', 'k1', 'k1:', ':AAAA', 'k1:AAAA', 'k 1:AAAA', `${line},${line}`])(
    'is refused as "%s"',
    (text) => {
      expect(() => parseKeyRing(text)).toThrow('openssl rand');
    },
  );

  test('gives fingerprints that tell tokens apart and depend on the key', () => {
    expect(ring.fingerprint('a')).toMatch(/^[0-9a-f]{12}$/);
    expect(ring.fingerprint('a')).toBe(parseKeyRing(line).fingerprint('a'));
    expect(ring.fingerprint('a')).not.toBe(ring.fingerprint('b'));
    expect(ring.fingerprint('a')).not.toBe(parseKeyRing(makeKey('k1')).fingerprint('a'));
  });
});

function decoded(blob: string): string[] {
  const [version, id, ...parts] = blob.split('|');
  const bytes = parts.map((part) => Buffer.from(part, 'base64url').toString('hex'));
  return [version ?? '', id ?? '', ...bytes];
}
