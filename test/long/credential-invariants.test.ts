/** The model of everything that can go wrong, with many more runs than `npm test` gives it. */
process.env['CREDENTIAL_RUNS'] ??= '10000';
process.env['CREDENTIAL_SHARDS'] ??= '16';
await import('../integration/credential-invariants.test.ts');
