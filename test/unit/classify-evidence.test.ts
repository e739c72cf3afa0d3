import { describe, expect, it } from 'vitest';

import { classify } from '../../src/grok/classify.ts';

describe('a marker', () => {
  it('counts without a reason, too', () => {
    const body = '{"error":"Forbidden [WKE=unauthenticated]"}';
    expect(classify({ endpoint: 'inference', status: 403, body }).class).toBe('bad-credentials');
  });

  it('counts where it stands last: what is before it may repeat somebody', () => {
    const body = '{"error":"cannot [WKE=quota:spent] now [WKE=unauthenticated:bad-credentials]"}';
    expect(classify({ endpoint: 'inference', status: 403, body }).class).toBe('bad-credentials');
  });
});

describe('a status that the words do not go with', () => {
  it.each([
    [500, 'No credentials presented'],
    [502, 'Invalid credentials'],
    [503, 'Invalid access token'],
    [500, 'The token has expired'],
    [500, 'Incorrect API key provided'],
    [503, 'Requests per Minute (actual/limit): 5/0'],
    [500, 'You are out of credits'],
    [502, 'You have reached your spending limit'],
    [500, 'Payment required'],
    [503, 'The model grok-9 does not exist'],
    [503, 'Access is denied'],
    [500, 'The account is suspended'],
    [500, 'Invalid encrypted content'],
    [500, 'Failed to deserialize the body'],
  ])('is a fault of the service, whatever it says: %i %s', (status, error) => {
    const body = JSON.stringify({ error });
    expect(classify({ endpoint: 'inference', status, body }).class).toBe('transient');
  });

  it.each([
    [429, 'The maximum prompt length is reached', 'rate-limited'],
    [402, 'The maximum prompt length is reached', 'quota'],
    [429, 'The token has expired', 'rate-limited'],
    [409, 'Access is denied', 'transient'],
  ])('decides against them: %i %s', (status, error, expected) => {
    const body = JSON.stringify({ error });
    expect(classify({ endpoint: 'inference', status, body }).class).toBe(expected);
  });
});

it('a token answer is read behind a byte order mark', () => {
  const body = '\uFEFF{"error":"invalid_grant"}';
  expect(classify({ endpoint: 'token', status: 400, body }).class).toBe('dead-grant');
});
