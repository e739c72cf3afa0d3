/** The soak of `npm test`, for ten minutes. */
process.env['SOAK_SECONDS'] ??= '600';
await import('../integration/credential-soak.test.ts');
