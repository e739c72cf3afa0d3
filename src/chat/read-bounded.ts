/** What became of fetching a file. */
export type FetchedFile =
  | { readonly kind: 'fetched'; readonly bytes: Uint8Array }
  | { readonly kind: 'too large' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Fetches what stands at an address, up to `mostBytes`. Never follows a redirect, which could lead
 * anywhere; never throws, and says nothing of the address, which may hold a secret.
 */
export async function readBounded(
  url: string,
  mostBytes: number,
  signal: AbortSignal,
): Promise<FetchedFile> {
  try {
    const response = await fetch(url, { redirect: 'error', signal });
    if (!response.ok) {
      await response.body?.cancel();
      return { kind: 'failed', why: `status ${response.status}` };
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      // Leaving the loop ends the connection.
      if (size > mostBytes) return { kind: 'too large' };
      chunks.push(chunk);
    }
    return { kind: 'fetched', bytes: Buffer.concat(chunks) };
  } catch {
    return { kind: 'failed', why: signal.aborted ? 'stopped' : 'the connection failed' };
  }
}
