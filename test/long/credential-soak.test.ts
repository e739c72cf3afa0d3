/** The soak of `npm test`, for five minutes. */
process.env['SOAK_SECONDS'] ??= '300';
await import('../integration/credential-soak.test.ts');
